import type { Event } from "../../domain/event.ts"
import type { ResourceView } from "../Projections.ts"
import { type Change, on, type ReadModel } from "./readModel.ts"

export const resourceKey = (org: string, hash: string): string => `${org}/${hash}`

/** Which archived texts each organization refers to: only there they are to be read. */
export const resources: ReadModel<ResourceView> = {
  name: "resources",
  states: ["stored"],
  state: () => "stored",
  members: () => [],
  event: () => undefined,
  on: on(["resource.stored", "document.written"], ({ hash, bytes }, event) => [stored(hash, bytes, event)]),
}

const stored = (hash: string, bytes: number, { org }: Event): Change => ({
  kind: "open",
  model: "resources",
  id: resourceKey(org, hash),
  row: { org, view: { org, hash, bytes } satisfies ResourceView },
})

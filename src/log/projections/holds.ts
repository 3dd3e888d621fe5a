import type { BuiltinData } from "../../domain/builtins.ts"
import type { HoldState } from "../../domain/proposal.ts"
import type { HoldView } from "../Projections.ts"
import { on, type ReadModel, updateView } from "./readModel.ts"

const CLOSED = {
  "hold.released": "released",
  "hold.denied": "denied",
  "hold.expired": "expired",
  "hold.cancelled": "cancelled",
} as const satisfies Partial<Record<keyof BuiltinData, HoldState>>

export const holds: ReadModel<HoldView> = {
  name: "holds",
  states: ["held", ...Object.values(CLOSED)],
  state: (view) => view.state,
  members: () => [],
  event: (view) => view.event,
  on: {
    ...on(["hold.opened"], (hold, event) => [
      {
        kind: "open",
        model: "holds",
        id: hold.id,
        row: { org: event.org, view: { ...hold, state: "held" } satisfies HoldView },
      },
    ]),
    ...on(Object.keys(CLOSED) as Array<keyof typeof CLOSED>, ({ hold, reason }, event) => [
      {
        kind: "update",
        model: "holds",
        find: { id: hold },
        update: updateView<HoldView>((view) => ({
          ...view,
          state: CLOSED[event.type as keyof typeof CLOSED],
          reason,
          resolvedAt: event.time,
        })),
      },
    ]),
  },
}

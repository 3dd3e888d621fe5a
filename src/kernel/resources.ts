/** Texts that an organization keeps by their hash, for whoever is told it. Pure. */
import { type Event, requesterOf } from "../domain/event.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import { type Draft, follow } from "./draft.ts"
import { keptText } from "./keptText.ts"

export const STORE_RESOURCE = "resource.store.requested"

/** What keeps a text from being stored, whatever the contracts say; nothing is recorded of it. */
export const resourceProblem = (data: unknown): Refusal | undefined =>
  textOf(data) === undefined
    ? refuse("invalid", "resource-malformed", "this is no resource: write { text }, and not an empty one")
    : undefined

/** What an allowed request stores. */
export const resourceDrafts = (event: Event): ReadonlyArray<Draft> => {
  const text = textOf(event.data)
  if (text === undefined) return []
  const keep = keptText(text)
  const stored = { hash: keep.hash, bytes: Buffer.byteLength(text) }
  return [{ ...follow(event, "resource.stored", stored, requesterOf(event.actor)), keep }]
}

const textOf = (data: unknown): string | undefined => {
  const { text } = (data ?? {}) as { readonly text?: unknown }
  return typeof text === "string" && text !== "" ? text : undefined
}

/** What an allowed request does by itself, where it is one of the daemon's own operations. */
import { type Event, requesterOf } from "../domain/event.ts"
import { documentDrafts, WRITE_DOCUMENT } from "./documents.ts"
import { type Draft, follow } from "./draft.ts"
import { resourceDrafts, STORE_RESOURCE } from "./resources.ts"

export const builtInEffects = (event: Event): ReadonlyArray<Draft> => {
  if (event.type === WRITE_DOCUMENT) return documentDrafts(event)
  if (event.type === STORE_RESOURCE) return resourceDrafts(event)
  if (event.type !== "message.send.requested") return []
  const { channel, to, text } = (event.data ?? {}) as { channel?: unknown; to?: unknown; text?: unknown }
  if (typeof text !== "string") return []
  const message = {
    text,
    ...(typeof channel === "string" ? { channel } : undefined),
    ...(typeof to === "string" ? { to } : undefined),
  }
  return [follow(event, "message.posted", message, { ...requesterOf(event.actor) })]
}

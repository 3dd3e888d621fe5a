/** What an allowed request does by itself, where it is one of the daemon's own operations. */
import { type Event, requesterOf } from "../domain/event.ts"
import { isRefusal } from "../domain/refusal.ts"
import type { Definitions } from "./definitions.ts"
import { documentDrafts, WRITE_DOCUMENT } from "./documents.ts"
import { type Draft, follow } from "./draft.ts"
import { OPEN_PROPOSAL, openedMotion, openingDrafts } from "./motions.ts"
import { resourceDrafts, STORE_RESOURCE } from "./resources.ts"
import type { OrganizationState } from "./state.ts"

export interface BuiltIn {
  readonly drafts: ReadonlyArray<Draft>
  /** That it has opened. */
  readonly proposals?: ReadonlyArray<string>
}

/** `held`: it has waited before, and is let through now. */
export const builtInEffects = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  now: number,
  held = false,
): BuiltIn => {
  switch (event.type) {
    case "message.send.requested":
      return { drafts: messageDrafts(event) }
    case WRITE_DOCUMENT:
      return { drafts: documentDrafts(event) }
    case STORE_RESOURCE:
      return { drafts: resourceDrafts(event) }
    case OPEN_PROPOSAL: {
      const opened = openedMotion(state, definitions, event, now, held)
      if (!isRefusal(opened)) return { drafts: openingDrafts(definitions, event, opened, now), proposals: [opened.id] }
      const { message: reason } = opened
      return { drafts: [follow(event, "request.denied", { event: event.id, type: event.type, reason, contracts: [] })] }
    }
    default:
      return NOTHING
  }
}

const NOTHING: BuiltIn = { drafts: [] }

const messageDrafts = (event: Event): ReadonlyArray<Draft> => {
  const { channel, to, text } = (event.data ?? {}) as { channel?: unknown; to?: unknown; text?: unknown }
  if (typeof text !== "string") return []
  const message = {
    text,
    ...(typeof channel === "string" ? { channel } : undefined),
    ...(typeof to === "string" ? { to } : undefined),
  }
  return [follow(event, "message.posted", message, { ...requesterOf(event.actor) })]
}

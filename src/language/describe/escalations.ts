/** Who joins later, and what becomes of a limit or a requirement that was not met. */
import type { EscalationLevel, Otherwise } from "../../domain/contract.ts"
import { duration, quote } from "./prose.ts"
import { describeSelectors } from "./selectors.ts"

/** `@erin at once, then anyone with the role lead after 30 minutes (with the message "...")`. */
export const escalationLevels = (levels: ReadonlyArray<EscalationLevel>, scope: string): string =>
  levels
    .map(
      ({ to, after, message }) =>
        `${describeSelectors(to, scope)} ${after === undefined ? "at once" : `after ${duration(after)}`}` +
        (message === undefined ? "" : ` (with the message ${quote(message)})`),
    )
    .join(", then ")

/** What follows when an approval or a vote does not come about in time; continues "If that has not happened ...,". */
export const withoutRequirement = (otherwise: Otherwise, scope: string): string => {
  if (otherwise === "deny") return "it expires and does not go through"
  if (otherwise === "defer") return "it goes on waiting and is decided afresh"
  return `one further proposal goes to ${escalationLevels(otherwise.escalate, scope)}; if that is not approved in time either, it expires and does not go through`
}

/** What becomes of an event that no room is left for. */
export const beyondLimit = (otherwise: Otherwise, scope: string): string => {
  if (otherwise === "deny") return "What goes beyond that is refused."
  if (otherwise === "defer") return "What goes beyond that waits until there is room, and is then decided afresh."
  return `What goes beyond that also needs an approval, for which these are asked: ${escalationLevels(otherwise.escalate, scope)}.`
}

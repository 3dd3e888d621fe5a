/** The way of a proposal that a member opened, once it is decided: its outcome is posted, holds, and is enforced. Pure. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow } from "./draft.ts"
import { enforced, executed, outcomePosted } from "./motions.ts"
import { askedEvent, closed, onBehalfOf } from "./askedEvent.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"

const NONE: ReadonlyArray<Draft> = []

/** Succeeded, and no delay runs any more: the outcome holds. */
export const executeWhenDue = (
  state: OrganizationState,
  open: OpenProposal,
  cause: Event | undefined,
  now: number,
): ReadonlyArray<Draft> => {
  const asked = askedEvent(state, open.proposal)
  const data = executed(open)
  if (asked === undefined || data === undefined || open.released === undefined || open.released > now) return NONE
  const from = cause ?? asked
  return [onBehalfOf(from, asked, follow(from, "proposal.executed", data))]
}

/** `proposal`: as it stood before the record that has just ended it. */
export const afterMotion = (
  state: OrganizationState,
  definitions: Definitions,
  proposal: Proposal,
  event: Event,
): ReadonlyArray<Draft> => {
  const { motion } = proposal
  const asked = askedEvent(state, proposal)
  if (motion === undefined || asked === undefined) return NONE
  const drafts =
    event.type === "proposal.executed"
      ? [
          ...outcomePosted(definitions, proposal, event, outcomeOf(event.data as BuiltinData["proposal.executed"])),
          ...enforced(state, definitions, event, motion),
        ]
      : outcomePosted(definitions, proposal, event, failureOf(event))
  return drafts.map((draft) => onBehalfOf(event, asked, draft))
}

/** Withdrawn by its asker or an operator, or stopped during the delay after success. */
export const cancelMotion = (
  state: OrganizationState,
  { proposal }: OpenProposal,
  cause: Event | undefined,
  reason: string,
  by: string,
): ReadonlyArray<Draft> => {
  const asked = askedEvent(state, proposal)
  if (asked === undefined) return NONE
  const from = cause ?? asked
  return [onBehalfOf(from, asked, follow(from, "proposal.cancelled", { ...closed(proposal), reason, by }))]
}

const outcomeOf = ({ binding, option }: BuiltinData["proposal.executed"]): string =>
  `${option === undefined ? "agreed" : `decided: "${option}"`}${binding ? ", and that is binding" : ""}`

const failureOf = (event: Event): string => {
  const { reason } = event.data as BuiltinData["proposal.defeated"]
  return event.type === "proposal.defeated" ? `defeated, ${reason}` : reason
}

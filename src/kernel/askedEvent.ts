/** What a proposal is about, and what is recorded of it on behalf of who asked. Pure. */
import { type Event, requesterOf } from "../domain/event.ts"
import type { Proposal } from "../domain/proposal.ts"
import { DAEMON_SOURCE, daemonActor, type Draft, traceOf } from "./draft.ts"
import { OPEN_PROPOSAL } from "./motions.ts"
import type { OrganizationState } from "./state.ts"

/** What a proposal is about: the event that is held, or the request that a member opened it with, without its data. */
export const askedEvent = (state: OrganizationState, { hold, motion, opened, org }: Proposal): Event | undefined =>
  motion === undefined
    ? state.holds.get(hold ?? "")?.event
    : {
        id: motion.event,
        source: DAEMON_SOURCE,
        type: OPEN_PROPOSAL,
        time: opened,
        org,
        actor: motion.by,
        correlationid: motion.correlationid,
        seq: motion.seq,
        ...(motion.hops === undefined ? undefined : { hops: motion.hops }),
        ...traceOf(motion),
      }

/** What every record of a proposal's end says. */
export const closed = ({ id, hold, contract }: Proposal) => ({
  proposal: id,
  ...(hold === undefined ? undefined : { hold }),
  contract,
})

/** Belongs to the correlation and the trace of what was `asked`, whoever caused it, and acts for who asked. */
export const onBehalfOf = (cause: Event, asked: Event, draft: Draft): Draft => ({
  ...draft,
  actor: daemonActor(requesterOf(asked.actor)),
  correlationid: asked.correlationid,
  causationid: cause.id,
  ...traceOf(asked),
})

/** The same of an event that was held: however long the way there, the end of its hold is one step behind it at most. */
export const asOf = (cause: Event, held: Event, draft: Draft): Draft => ({
  ...onBehalfOf(cause, held, draft),
  depth: Math.min(draft.depth ?? 1, (held.depth ?? 0) + 1),
})

/**
 * The held event at its end. What somebody has done (`by`, or the vote that `cause` follows from) counts its depth anew;
 * what time alone brings goes on counting, or rules that feed themselves would do so for ever.
 */
export const atEnd = (cause: Event, { depth = 0, ...event }: Event, by?: string): Event => {
  const goesOn = by === undefined ? Math.min(depth, (cause.depth ?? 0) - 1) : 0
  return goesOn > 0 ? { ...event, depth: goesOn } : event
}

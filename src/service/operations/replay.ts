/** An event decided again: on the state as it was then, by the rules as they are now, and without any effect. */
import { Effect } from "effect"
import type { Decision } from "../../domain/decision.ts"
import type { Event, Incoming } from "../../domain/event.ts"
import { isRefusal } from "../../domain/refusal.ts"
import { daemonActor } from "../../kernel/draft.ts"
import { emptyState } from "../../kernel/state.ts"
import { Turn } from "../../kernel/turn.ts"
import { EventLog } from "../../log/EventLog.ts"
import { describeAdoption } from "../../supervision/adoption.ts"
import { foldOn } from "../../supervision/organizationState.ts"
import { Revisions } from "../../supervision/Revisions.ts"
import { seedsFor } from "../../supervision/seeds.ts"
import { fail } from "../access.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import type { DecisionSummary, EventView, Replay } from "../views/events.ts"
import type { Dependencies } from "./dependencies.ts"
import { MAX_FOLDED_RECORDS } from "./state.ts"

export const replayOperations = (
  { log, revisions }: Dependencies,
  events: Pick<typeof Service.Service, "event">,
): Pick<typeof Service.Service, "replay"> => ({
  replay: Effect.fnUntraced(function* (identity, id, org, source) {
    const { event, decision }: EventView = yield* events.event(identity, id, org, source)
    if (decision === undefined)
      return yield* fail("conflict", "event-undecided", `no contract decides ${event.type}: the daemon reports it`)
    if (event.seq > MAX_FOLDED_RECORDS)
      return yield* fail(
        "too-large",
        "state-too-far",
        `it is record ${event.seq} of ${event.org}, and at most ${MAX_FOLDED_RECORDS} are folded for an answer`,
      )
    const now = yield* decidedNow(event).pipe(
      Effect.provideService(EventLog, log),
      Effect.provideService(Revisions, revisions),
    )
    return {
      event: event.id,
      org: event.org,
      seq: event.seq,
      then: summaryOf(decision),
      now: summaryOf(now),
      differs: now.verdict !== decision.verdict || now.reason !== decision.reason || !sameContracts(now, decision),
    } satisfies Replay
  }),
})

const decidedNow = Effect.fnUntraced(function* (event: Event) {
  const revisions = yield* Revisions
  const state = yield* foldOn(emptyState(event.org), event.seq - 1)
  const at = Date.parse(event.time)
  const current = revisions.current()
  const before = yield* revisions.load(state.manifest ?? "")
  const turn = new Turn(state, before.definitions, at)
  if (state.revision !== current.definitions.revision) {
    const seeds = yield* seedsFor(state, current.definitions, at)
    const revised = describeAdoption(event.org, before, current, seeds)
    turn.adopt(current.definitions, revised, daemonActor())
  }
  const answer = turn.execute({ kind: "publish", event: incomingOf(event) })
  if (isRefusal(answer)) return yield* Effect.fail(new Refused({ refusal: answer }))
  return answer.decision!
})

const incomingOf = ({ seq: _, time: __, ...event }: Event): Incoming => event

const sameContracts = (a: Decision, b: Decision): boolean =>
  a.contracts.length === b.contracts.length && a.contracts.every((name) => b.contracts.includes(name))

const summaryOf = ({ verdict, rule, revision, contracts, reason }: Decision): DecisionSummary => ({
  verdict,
  rule,
  revision,
  contracts,
  ...(reason === undefined ? undefined : { reason }),
})

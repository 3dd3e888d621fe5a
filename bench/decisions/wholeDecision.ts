/**
 * The whole decision of a publish, as a mailbox makes it: conditions, limits, counters, the verdict with its reasons,
 * what follows from it (holds with their proposals, tasks, emitted events, messages), and the fold of all that into the
 * state. Everything but the log.
 */
import type { Decision } from "../../src/domain/decision.ts"
import type { Event } from "../../src/domain/event.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { type ConditionsInput, readWorkload } from "../conditions/input.ts"
import { type Prepare, rateOf } from "../contest/contestant.ts"
import { incoming } from "../publish/rows.ts"

/** Nobody votes or works here: a state with so much that waits is begun anew. */
const MAX_OPEN = 200
/** Of this many events, some must be allowed, some denied, some held, and some must have consequences. */
const MIX_EVENTS = 20_000
/** Log time at which the first event comes, and between two of them, in ms: a busy daemon, not an endless burst. */
const START = Date.parse("2026-11-02T10:00:00.000Z")
const STEP_MS = 1

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, ...rules } = readWorkload(input)
  const definitions = new Definitions({ revision: "bench", ...rules })
  const states = new Map<string, OrganizationState>()
  let at = 0

  const publish = (event: Event): Published => {
    let state = states.get(event.org)
    if (state === undefined || state.holds.size + state.tasks.size > MAX_OPEN)
      states.set(event.org, (state = emptyState(event.org)))
    const turn = new Turn(state, definitions, START + STEP_MS * at)
    const answer = turn.execute({ kind: "publish", event: incoming(event, `p${at++}`) })
    if (isRefusal(answer)) throw new Error(answer.message)
    return { decision: answer.decision!, records: turn.records.length }
  }
  const mix = mixOf(events.slice(0, MIX_EVENTS).map(publish))
  states.clear()

  return {
    slice: (ms) => rateOf(ms, () => void publish(events[at % events.length]!)),
    answers: (count) =>
      events.slice(0, count).map((event) => {
        const { outcomes } = publish(event).decision
        return outcomes
          .map(({ contract }) => contract.slice(contract.indexOf("/") + 1))
          .sort()
          .join(" ")
      }),
    figures: () => mix,
  }
}

export default prepare

interface Published {
  readonly decision: Decision
  readonly records: number
}

/** Shares of the verdicts, and records per publish. @throws where the mix is none. */
const mixOf = (published: ReadonlyArray<Published>): Readonly<Record<string, number>> => {
  const share = (has: (one: Published) => boolean): number => published.filter(has).length / published.length
  const mix = {
    allowed: share(({ decision }) => decision.verdict === "allow"),
    denied: share(({ decision }) => decision.verdict === "deny"),
    held: share(({ decision }) => decision.verdict === "hold"),
    limited: share(({ decision }) => decision.outcomes.some(({ limits }) => limits !== undefined)),
    exceeded: share(({ decision }) => decision.rule === "limit"),
    counted: share(({ decision }) => decision.values !== undefined),
    routed: share(({ decision }) => decision.tasks !== undefined),
    emitted: share(({ decision }) => decision.emits !== undefined),
  }
  for (const [what, of] of Object.entries(mix)) if (of === 0) throw new Error(`no event of the workload is ${what}`)
  return { ...mix, records: published.reduce((sum, { records }) => sum + records, 0) / published.length }
}

/** `charter explain`: a decision in words, rendered on demand from its evidence and the archived rules. */
import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import { HOLD_ENDS } from "../domain/proposal.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { explainContracts, verdictFlips } from "../kernel/explanation.ts"
import type { LogUnavailable } from "../log/EventLog.ts"
import type { ProposalView } from "../log/Projections.ts"
import { explanationText } from "./explanationText.ts"
import type { Dependencies } from "./operations/dependencies.ts"
import type { Explanation } from "./views/events.ts"

export const explainRecord = Effect.fn("explainRecord")(function* (dependencies: Dependencies, record: LogRecord) {
  const { event, decision } = record
  const definitions =
    decision === undefined
      ? dependencies.revisions.current().definitions
      : yield* definitionsAt(dependencies, event.org, decision.revision)
  const contracts = explainContracts(definitions, record)
  const flips = verdictFlips(definitions, record)
  const proposals: Array<ProposalView> = []
  const end = decision?.hold === undefined ? undefined : yield* endOf(dependencies, event.org, decision.hold, event.seq)
  for (const id of new Set([...(decision?.proposals ?? []), ...(end?.decision.proposals ?? [])])) {
    const proposal = yield* dependencies.projections.proposal(id)
    if (proposal !== undefined) proposals.push(proposal)
  }
  const verdict = end?.decision.verdict ?? decision?.verdict
  return {
    event: event.id,
    org: event.org,
    seq: event.seq,
    ...(verdict === undefined ? undefined : { verdict }),
    ...(decision === undefined ? undefined : { revision: decision.revision }),
    text: explanationText({
      record,
      definitions,
      contracts,
      flips,
      proposals,
      ...(end === undefined ? undefined : { end }),
    }),
    contracts,
    flips,
  } satisfies Explanation
})

export interface HoldEnd {
  readonly type: string
  readonly time: string
  readonly reason: string
  readonly decision: Decision
}

const PAGE_RECORDS = 100

/** The rules as they were: looked up by the `contracts.revised` that named them. */
const definitionsAt = (
  { revisions, log }: Dependencies,
  org: string,
  revision: string,
): Effect.Effect<Definitions, LogUnavailable> =>
  Effect.gen(function* () {
    const { definitions } = revisions.current()
    if (definitions.revision === revision) return definitions
    for (let cursor = "", end = false; !end;) {
      const page = yield* log.latest({ org, types: ["contracts.revised"] }, cursor, PAGE_RECORDS)
      for (const { record } of page.items) {
        const revised = record.event.data as BuiltinData["contracts.revised"]
        if (revised.revision === revision) return (yield* revisions.load(revised.manifest)).definitions
      }
      cursor = page.next
      end = page.end
    }
    return definitions
  })

/** The record that ended the hold, if it has ended. */
const endOf = (
  { log, projections }: Dependencies,
  org: string,
  hold: string,
  seq: number,
): Effect.Effect<HoldEnd | undefined, LogUnavailable> =>
  Effect.gen(function* () {
    const view = yield* projections.hold(hold)
    if (view === undefined || view.state === "held") return undefined
    const types = Object.keys(HOLD_ENDS)
    const since = view.resolvedAt ?? view.opened
    for (let cursor = "", end = false; !end;) {
      const page = yield* log.page({ org, types, since }, cursor, PAGE_RECORDS)
      for (const { record } of page.items) {
        const closed = record.event.data as BuiltinData["hold.released"]
        if (closed.seq === seq)
          return { type: record.event.type, time: record.event.time, reason: closed.reason, decision: closed.decision }
      }
      cursor = page.next
      end = page.end
    }
    return undefined
  })

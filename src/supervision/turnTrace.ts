/**
 * The spans of one turn: how long each command has waited, its decision, and the commit. A commit that carries several
 * is a part of the first one's trace, and linked with the others.
 */
import { isRefusal } from "../domain/refusal.ts"
import type { Spans, TraceSpan } from "../observability/Tracing.ts"
import type { Submitted } from "./Mailboxes.ts"

export interface Traced {
  /** The span of the command, and since when it waits, by `performance.now()`. */
  readonly trace: { readonly span: TraceSpan; readonly since: number } | undefined
}

export interface TurnTrace {
  /** The command at this place is about to be decided. */
  readonly deciding: (index: number) => void
  readonly decided: (answers: ReadonlyArray<Submitted>) => void
  readonly appended: (org: string, records: number) => void
}

/** Contracts that a span names. */
const MAX_CONTRACTS = 16

/** `undefined` where nobody follows any of the commands. */
export const traceTurn = (spans: Spans, commands: ReadonlyArray<Traced>): TurnTrace | undefined => {
  if (commands.every(({ trace }) => trace === undefined)) return undefined
  const taken = performance.now()
  const begun: Array<number> = []
  let decided = taken
  for (const { trace } of commands)
    if (trace !== undefined) spans.begin("wait", { parent: trace.span, from: trace.since }).end({ at: taken })
  return {
    deciding: (index) => {
      begun[index] = performance.now()
    },
    decided: (answers) => {
      decided = performance.now()
      commands.forEach(({ trace }, index) => {
        if (trace === undefined) return
        spans
          .begin("decide", { parent: trace.span, from: begun[index]!, attributes: attributesOf(answers[index]!) })
          .end({ at: begun[index + 1] ?? decided })
      })
    },
    appended: (org, records) => {
      const at = performance.now()
      const attributes = { "charter.organization": org, "charter.commit.records": records }
      const traced = commands.flatMap(({ trace }) => trace?.span ?? [])
      const [first, ...others] = traced.map((parent) => ({ parent, from: decided, attributes }))
      const commit = spans.begin("append", { ...first!, links: others.map(({ parent }) => parent) })
      commit.end({ at })
      for (const { trace } of commands) if (trace !== undefined) trace.span.committedAt = at
      for (const options of others) spans.begin("append", { ...options, links: [commit] }).end({ at })
    },
  }
}

/** What was decided and by which rules; never what was asked for. */
const attributesOf = (answer: Submitted) => {
  if (isRefusal(answer)) return { "charter.refused": answer.type }
  const { decision, event } = answer
  return {
    ...(event === undefined ? undefined : { "charter.event.seq": event.seq }),
    ...(decision === undefined
      ? undefined
      : {
          "charter.verdict": decision.verdict,
          "charter.rule": decision.rule,
          "charter.revision": decision.revision,
          "charter.contracts.matched": decision.outcomes.slice(0, MAX_CONTRACTS).map(({ contract }) => contract),
          "charter.contracts.deciding": decision.contracts.slice(0, MAX_CONTRACTS),
        }),
  }
}

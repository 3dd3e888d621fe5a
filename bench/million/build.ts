/**
 * Makes a log of so many records as a daemon makes it: each record decided by the kernel in a mailbox, under the
 * workload's contracts, and written by the log's own writer with its chain, its indexes and its read models. Only the
 * doors are left out, and time passes faster: the log is as long as a month, and ends now.
 */
import { createHash } from "node:crypto"
import { Clock, Context, Effect, Layer, Scope, Exit } from "effect"
import { isRefusal } from "../../src/domain/refusal.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { Mailboxes } from "../../src/supervision/Mailboxes.ts"
import { Revisions } from "../../src/supervision/Revisions.ts"
import { type ConditionsInput, readWorkload } from "../conditions/input.ts"
import { answerMessages } from "../contest/helper.ts"
import { ruleFiles } from "../workload/contracts.ts"
import { Life } from "./life.ts"

export interface BuildRequest extends ConditionsInput {
  readonly file: string
  readonly records: number
}
export interface Built {
  readonly records: number
  readonly seconds: number
}

/** A million records are a month. */
const STEP_MS = 2_592
/** Between two words on how far it is. */
const PROGRESS_MS = 5_000

const build = async (request: BuildRequest): Promise<Built> => {
  const { file, contracts, records: wanted } = request
  const { events, ...rules } = readWorkload(request)
  const texts = Object.entries(ruleFiles(contracts, "effects")).map(
    ([name, text]) => [name, { hash: hashOf(text), text }] as const,
  )
  const begun = performance.now()
  const start = Date.now() - wanted * STEP_MS
  const made = { records: 0 }
  const clock = clockAt(() => start + made.records * STEP_MS)
  const scope = Scope.makeUnsafe()
  const layers = Mailboxes.layer.pipe(Layer.provideMerge(Revisions.layer), Layer.provideMerge(layerLocal({ file })))
  const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
    Effect.runPromise(Effect.provideService(effect, Clock.Clock, clock))
  const context = await run(Layer.build(layers).pipe(Scope.provide(scope)))
  const mailboxes = Context.get(context, Mailboxes)
  const byOrganization = Map.groupBy(events, ({ org }) => org)
  const lives = new Map([...byOrganization].map(([org, own]) => [org, new Life(own)]))
  mailboxes.onCommitted((org, committed) => {
    made.records += committed.length
    lives.get(org)?.heard(committed)
  })
  await run(
    Effect.andThen(
      Context.get(context, Revisions).switchTo({
        revision: hashOf(JSON.stringify(texts)),
        ...rules,
        tests: [],
        files: Object.fromEntries(texts),
        diagnostics: [],
      }),
      mailboxes.openAll,
    ),
  )
  let told = performance.now()
  while (made.records < wanted) {
    const commands = mailboxes
      .states()
      .flatMap((state) => (lives.get(state.org)?.round(state) ?? []).map((command) => [state.org, command] as const))
    const answers = await run(
      Effect.forEach(commands, ([org, command]) => mailboxes.submit(org, command), { concurrency: "unbounded" }),
    )
    answers.forEach((answer, index) => {
      // A vote or a task may have come to its end meanwhile.
      if (isRefusal(answer) && commands[index]![1].kind === "publish")
        throw new Error(`${JSON.stringify(commands[index])}: ${answer.message}`)
    })
    if (performance.now() - told < PROGRESS_MS && made.records < wanted) continue
    told = performance.now()
    process.stderr.write(
      `a log of ${wanted.toLocaleString("en")} records: ${made.records.toLocaleString("en")} after ${((told - begun) / 1_000).toFixed(0)} s\n`,
    )
  }
  await run(mailboxes.drain)
  await Effect.runPromise(Scope.close(scope, Exit.void))
  return { ...made, seconds: (performance.now() - begun) / 1_000 }
}

/** It stands still within a round; timers are seen with the next one. */
const clockAt = (now: () => number): Clock.Clock => {
  const nanos = (): bigint => BigInt(now()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: () => Effect.never,
  }
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

answerMessages(build)

/** Publishes through the mailboxes: decided by the kernel, written to the log, answered after the commit. */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { isRefusal } from "../../src/domain/refusal.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { Mailboxes } from "../../src/supervision/Mailboxes.ts"
import { Revisions } from "../../src/supervision/Revisions.ts"
import { readWorkload } from "../conditions/input.ts"
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"
import type { PublishInput } from "./input.ts"
import { incoming } from "./rows.ts"

const prepare: Prepare<PublishInput> = async (input) => {
  const { producers, folder, contracts: count } = input
  const { events, ...rules } = readWorkload(input)
  const texts = Object.entries(ruleFiles(count, "effects")).map(([file, text]) => [file, { hash: hashOf(text), text }])
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(
    Effect.gen(function* () {
      const log = layerLocal({ file: join(folder, "charter.db") })
      const layers = Mailboxes.layer.pipe(Layer.provideMerge(Revisions.layer), Layer.provideMerge(log))
      const context = yield* Layer.build(layers)
      yield* Context.get(context, Revisions).switchTo({
        revision: hashOf(JSON.stringify(texts)),
        ...rules,
        tests: [],
        files: Object.fromEntries(texts),
        diagnostics: [],
      })
      yield* Context.get(context, Mailboxes).openAll
      return context
    }).pipe(Scope.provide(scope)),
  )
  const mailboxes = Context.get(context, Mailboxes)
  const log = Context.get(context, EventLog)
  let at = 0
  const publish = async (): Promise<string> => {
    const event = incoming(events[at++ % events.length]!)
    const answer = await Effect.runPromise(mailboxes.submit(event.org, { kind: "publish", event, fresh: true, bytes: 300 }))
    if (isRefusal(answer)) throw new Error(answer.message)
    if (log.find(event.org, event.source, event.id) === undefined) throw new Error(`${event.id} was answered and is not in the log`)
    return answer.decision!.verdict
  }
  const submit = async (): Promise<void> => {
    const event = incoming(events[at++ % events.length]!)
    const answer = await Effect.runPromise(mailboxes.submit(event.org, { kind: "publish", event, fresh: true, bytes: 300 }))
    if (isRefusal(answer)) throw new Error(answer.message)
  }
  const verdicts = new Set<string>()
  for (let index = 0; index < 200; index++) verdicts.add(await publish())
  if (verdicts.size < 3) throw new Error(`all publishes were ${[...verdicts].join(" or ")}`)

  return {
    slice: async (ms) => {
      const start = performance.now()
      let done = 0
      const produce = async (): Promise<void> => {
        while (performance.now() - start < ms) {
          await submit()
          done++
        }
      }
      await Promise.all(Array.from({ length: producers }, produce))
      return (done * 1_000) / (performance.now() - start)
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

export default prepare

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

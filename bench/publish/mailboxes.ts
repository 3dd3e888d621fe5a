/** Publishes through the mailboxes: decided by the kernel, written to the log, answered after the commit. */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import type { Event } from "../../src/domain/event.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Command, Done } from "../../src/kernel/command.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { Mailboxes } from "../../src/supervision/Mailboxes.ts"
import { Revisions } from "../../src/supervision/Revisions.ts"
import { readWorkload } from "../conditions/input.ts"
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"
import type { PublishInput } from "./input.ts"
import { incoming } from "./rows.ts"

/** About what an event of the workload has as JSON. */
const EVENT_BYTES = 300
const CHECKED_PUBLISHES = 300

const prepare: Prepare<PublishInput> = async (input) => {
  const { producers, folder, contracts: count } = input
  const { events, ...rules } = readWorkload(input)
  const texts = Object.entries(ruleFiles(count, "effects")).map(([file, text]) => [file, { hash: hashOf(text), text }])
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(
    Effect.gen(function* () {
      const log = layerLocal({ file: join(folder, "charter.db") })
      const layers = Mailboxes.layer.pipe(Layer.provideMerge(Revisions.layer), Layer.provideMerge(log))
      const built = yield* Layer.build(layers)
      yield* Context.get(built, Revisions).switchTo({
        revision: hashOf(JSON.stringify(texts)),
        ...rules,
        tests: [],
        files: Object.fromEntries(texts),
        diagnostics: [],
      })
      yield* Context.get(built, Mailboxes).openAll
      return built
    }).pipe(Scope.provide(scope)),
  )
  const mailboxes = Context.get(context, Mailboxes)
  let at = 0
  const publish = async (): Promise<Done & { readonly event: Event }> => {
    const event = incoming(events[at++ % events.length]!)
    const command: Command = { kind: "publish", event, fresh: true, bytes: EVENT_BYTES }
    const answer = await Effect.runPromise(mailboxes.submit(event.org, command))
    if (isRefusal(answer) || answer.event === undefined) throw new Error(`${event.id} was refused`)
    return { ...answer, event: answer.event }
  }
  await check(publish, Context.get(context, EventLog))

  return {
    slice: async (ms) => {
      const start = performance.now()
      let done = 0
      const produce = async (): Promise<void> => {
        while (performance.now() - start < ms) {
          await publish()
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

/** What was answered is in the log, and the workload is a mix of verdicts. */
const check = async (
  publish: () => Promise<Done & { readonly event: Event }>,
  log: typeof EventLog.Service,
): Promise<void> => {
  const verdicts = new Set<string>()
  for (const { event, decision } of await Promise.all(Array.from({ length: CHECKED_PUBLISHES }, publish))) {
    if (log.find(event.org, event.source, event.id)?.event.seq !== event.seq)
      throw new Error(`${event.id} was answered and is not in the log`)
    verdicts.add(decision!.verdict)
  }
  if (verdicts.size < 3) throw new Error(`all publishes were ${[...verdicts].join(" or ")}`)
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

/**
 * Durable appends a second against a bare writer thread that inserts the same rows into the same tables, in rounds that take
 * turns: `node test/log/throughput.ts [milliseconds of a round]`. CPU time is that of the whole process.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Effect } from "effect"
import type { LogRecord } from "../../src/domain/record.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { idKey } from "../../src/log/local/chain.ts"
import type { Value } from "../../src/log/local/database.ts"
import { makeEncoder } from "../../src/log/local/encoding.ts"
import { layerLocal } from "../../src/log/local/layer.ts"
import { record } from "./records.ts"

const ROUNDS = 5
const roundMs = Number(process.argv[2] ?? 1_000)
const folder = mkdtempSync(join(tmpdir(), "charter-throughput-"))
let files = 0
const freshFile = (): string => join(folder, `${++files}.db`)

interface Figures {
  readonly rate: number
  /** Microseconds of CPU for each record. */
  readonly cpu: number
}

let ids = 0
const sample = (org: string, seq: number): LogRecord =>
  record(
    org,
    seq,
    {
      id: `${(++ids * 2_654_435_761) % 2 ** 32}-${ids}`,
      source: "/members/dana",
      data: { environment: "production", service: "web", version: "1.2.3", labels: ["a", "b"], text: "x".repeat(120) },
    },
    {
      v: 1,
      verdict: "allow",
      rule: "default",
      revision: "a".repeat(64),
      outcomes: [
        { contract: "@review-team/production-deploys-need-two-votes", version: "b".repeat(64), verdict: "none" },
      ],
      contracts: [],
    },
  )

/** Starts a round; what it answers ends it. */
const startRound = (): { readonly until: number; readonly end: (records: number) => Figures } => {
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  return {
    until: before + roundMs,
    end: (records) => {
      const cpu = process.cpuUsage(cpuBefore)
      return { rate: (records / (performance.now() - before)) * 1_000, cpu: (cpu.user + cpu.system) / records }
    },
  }
}

const ours = (producers: number): Promise<Figures> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const log = yield* EventLog
      const organizations = yield* Effect.forEach(Array.from({ length: producers }), (_, index) =>
        Effect.map(log.open(`@o-${index}`), ({ epoch }) => ({ org: `@o-${index}`, epoch })),
      )
      const round = startRound()
      const produce = Effect.fnUntraced(function* ({ org, epoch }: { readonly org: string; readonly epoch: number }) {
        let position = 0
        while (performance.now() < round.until)
          position = (yield* log.append(org, position, epoch, [sample(org, position + 1)])).position
        return position
      })
      const counts = yield* Effect.forEach(organizations, produce, { concurrency: "unbounded" })
      return round.end(counts.reduce((sum, count) => sum + count, 0))
    }).pipe(Effect.provide(layerLocal({ file: freshFile() }))),
  )

const bare = async (producers: number): Promise<Figures> => {
  const thread = new Worker(new URL("bareThread.ts", import.meta.url), { workerData: freshFile() })
  await new Promise((resolve) => thread.once("message", resolve))
  const waiting: Array<{ readonly org: string; seq: number }> = []
  const send = (producer: { readonly org: string; seq: number }): void => {
    thread.postMessage(rowOf(sample(producer.org, ++producer.seq)))
    waiting.push(producer)
  }
  const round = startRound()
  const done = await new Promise<number>((resolve) => {
    let inserted = 0
    thread.on("message", (count: number) => {
      inserted += count
      for (const producer of waiting.splice(0, count)) if (performance.now() < round.until) send(producer)
      if (waiting.length === 0) resolve(inserted)
    })
    for (let index = 0; index < producers; index++) send({ org: `@o-${index}`, seq: 0 })
  })
  const figures = round.end(done)
  await thread.terminate()
  return figures
}

const CHAIN = new Uint8Array(32)
const rowOf = ({ event: { data, ...envelope }, decision }: LogRecord): ReadonlyArray<Value> => [
  envelope.org,
  envelope.seq,
  idKey(envelope.id),
  envelope.id,
  envelope.source,
  envelope.type,
  null,
  Date.parse(envelope.time),
  envelope.correlationid,
  decision!.verdict,
  JSON.stringify(envelope),
  JSON.stringify(data),
  JSON.stringify(decision),
  CHAIN,
]

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const encodeMicroseconds = (): number => {
  const encoder = makeEncoder(4 * 1024 * 1024)
  const commits = Array.from({ length: 500 }, (_, index) => [sample("@o", index + 1)])
  const rounds = Array.from({ length: 40 }, () => {
    const before = performance.now()
    for (const [index, commit] of commits.entries()) encoder.add("@o", index, 1, commit)
    encoder.take()
    return ((performance.now() - before) * 1_000) / commits.length
  })
  return median(rounds)
}

console.log(`encode on the main thread: ${encodeMicroseconds().toFixed(2)} µs a record`)
for (const producers of [1, 64]) {
  const rounds: Array<{ readonly ours: Figures; readonly bare: Figures }> = []
  for (let round = 0; round < ROUNDS; round++) rounds.push({ bare: await bare(producers), ours: await ours(producers) })
  const of = (who: "ours" | "bare", what: keyof Figures): number => median(rounds.map((round) => round[who][what]))
  const ratio = median(rounds.map((round) => round.ours.rate / round.bare.rate))
  console.log(
    `${producers} producers: ${of("ours", "rate").toFixed(0)}/s (${of("ours", "cpu").toFixed(0)} µs CPU a record), ` +
      `bare ${of("bare", "rate").toFixed(0)}/s (${of("bare", "cpu").toFixed(0)} µs), ratio ${ratio.toFixed(2)}`,
  )
}
rmSync(folder, { recursive: true })

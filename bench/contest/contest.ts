/**
 * A comparison in one run: each contestant in a process of its own, so that neither heaps nor inline caches mix, and
 * short slices of work in turn, in another order each round, so that all meet the same noise of the machine. Before the
 * first slice their answers are compared.
 */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { makeRandom } from "../workload/random.ts"
import type { Request, Response } from "./messages.ts"

export interface Entry {
  readonly name: string
  /** Address of the module whose default export prepares the contestant. */
  readonly module: URL
  readonly input: unknown
  /** It says only whether anything applies (`1` or `0`), not what. */
  readonly decidesOnly?: true
}

export interface Pace {
  readonly rounds: number
  readonly sliceMs: number
  /** One slice before the first round, for the compiler. */
  readonly warmUpMs: number
  /** Pieces of work whose answers are compared. */
  readonly compared: number
}

export interface Rated {
  readonly name: string
  /** Of each round, in the contestant's own unit per second. */
  readonly rates: ReadonlyArray<number>
  /** Answers that were compared with the first contestant's. */
  readonly compared: number
  readonly figures: Readonly<Record<string, number>>
}

/** How long a contestant may take to prepare, and how much longer than asked for a slice. */
const PATIENCE_MS = 180_000

/** The first entry is what the others are compared with. @throws where any two answers differ. */
export const contest = async (entries: ReadonlyArray<Entry>, pace: Pace): Promise<ReadonlyArray<Rated>> => {
  const running: Array<Running> = []
  try {
    const starts = await Promise.allSettled(entries.map(start))
    for (const one of starts) if (one.status === "fulfilled") running.push(one.value)
    for (const one of starts) if (one.status === "rejected") throw one.reason
    const compared = await compare(running, pace.compared)
    const order = makeRandom(running.length)
    for (const { ask } of running) await ask({ op: "slice", ms: pace.warmUpMs })
    for (let round = 0; round < pace.rounds; round++)
      for (const one of order.sample(running, running.length))
        one.rates.push((await one.ask({ op: "slice", ms: pace.sliceMs })) as number)
    const rated: Array<Rated> = []
    for (const { entry, rates, ask } of running)
      rated.push({ name: entry.name, rates, compared, figures: (await ask({ op: "figures" })) as Rated["figures"] })
    return rated
  } finally {
    await Promise.all(running.map(({ stop }) => stop()))
  }
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const rateOf = ({ rates }: Rated): number => median(rates)

/** Median over the rounds of one's rate in terms of another's: what the machine did to a whole round falls out. */
export const ratioOf = (one: Rated, other: Rated): number =>
  median(one.rates.map((rate, round) => rate / other.rates[round]!))

interface Running {
  readonly entry: Entry
  readonly rates: Array<number>
  readonly ask: (request: Request) => Promise<unknown>
  readonly stop: () => Promise<void>
}

const start = async (entry: Entry): Promise<Running> => {
  const child = fork(fileURLToPath(new URL("process.ts", import.meta.url)), {
    execArgv: ["--expose-gc", "--max-old-space-size=4096", "--disable-warning=ExperimentalWarning"],
    // What a contestant says of itself is no figure: standard output is the report's alone.
    stdio: ["ignore", 2, "inherit", "ipc"],
  })
  const ask = (request: Request): Promise<unknown> => askChild(child, entry.name, request)
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once("exit", () => resolve())
      child.disconnect()
    })
  try {
    await ask({ op: "prepare", module: entry.module.href, input: entry.input })
  } catch (error) {
    await stop()
    throw error
  }
  return { entry, rates: [], ask, stop }
}

const askChild = (child: ChildProcess, name: string, request: Request): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearTimeout(timer)
      child.off("message", hear).off("exit", ended)
      done()
    }
    const hear = (response: Response): void =>
      settle(() => ("failed" in response ? reject(new Error(`${name}: ${response.failed}`)) : resolve(response.value)))
    const ended = (): void => settle(() => reject(new Error(`${name}: its process ended`)))
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      settle(() => reject(new Error(`${name}: no answer to "${request.op}" within ${PATIENCE_MS / 1_000} s`)))
    }, PATIENCE_MS)
    child.on("message", hear).on("exit", ended)
    child.send(request)
  })

const compare = async (running: ReadonlyArray<Running>, count: number): Promise<number> => {
  if (count === 0) return 0
  let reference: { readonly name: string; readonly answers: ReadonlyArray<string> } | undefined
  let compared = 0
  for (const { entry, ask } of running) {
    const answers = (await ask({ op: "answers", count })) as ReadonlyArray<string> | undefined
    if (answers === undefined) continue
    if (reference === undefined) {
      reference = { name: entry.name, answers }
      if (!answers.some((answer) => answer !== ""))
        throw new Error(`${entry.name} found that nothing applies to anything`)
      continue
    }
    const expected = entry.decidesOnly
      ? reference.answers.map((answer) => (answer === "" ? "0" : "1"))
      : reference.answers
    const at = answers.findIndex((answer, index) => answer !== expected[index])
    if (at >= 0 || answers.length !== count)
      throw new Error(
        `${entry.name} differs from ${reference.name} at ${at}: ${answers[at]} instead of ${expected[at]} (of ${answers.length})`,
      )
    compared += answers.length
  }
  return compared
}

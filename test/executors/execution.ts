/** Executions for tests: folders that are removed, and ways to run one to its end. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect, Stream } from "effect"
import { onTestFinished } from "vitest"
import type { Chunk, Execution, Executor, Outcome } from "../../src/executors/Executor.ts"

let runs = 0

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "charter-executors-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A run of its own id in folders of its own; whatever `given` says replaces the defaults. */
export const execution = (given: Partial<Execution> & Pick<Execution, "config">): Execution => ({
  run: `run-${process.pid}-${++runs}`,
  systemPrompt: "",
  tools: [],
  message: "",
  task: {},
  limits: {},
  scratch: temporaryFolder(),
  workspace: temporaryFolder(),
  environment: {},
  ...given,
})

/** `sh -c SCRIPT` in the scratch folder. */
export const shell = (script: string, given: Partial<Execution> = {}): Execution =>
  execution({ config: { kind: "command", run: ["sh", "-c", script], cwd: "scratch" }, ...given })

export interface Ended {
  readonly chunks: ReadonlyArray<Chunk>
  readonly outcome: Outcome
  /** The texts of the progress chunks. */
  readonly progress: ReadonlyArray<string>
}

export const runToEnd = async (executor: Executor, given: Execution): Promise<Ended> =>
  ended(await Effect.runPromise(Stream.runCollect(executor.execute(given))))

export const ended = (chunks: ReadonlyArray<Chunk>): Ended => {
  const results = chunks.filter((chunk) => chunk.kind === "result")
  const last = chunks.at(-1)
  if (results.length !== 1 || last?.kind !== "result")
    throw new Error(`no single result at the end: ${JSON.stringify(chunks.slice(-5))}`)
  return {
    chunks,
    outcome: last.outcome,
    progress: chunks.flatMap((chunk) => (chunk.kind === "progress" ? [chunk.text] : [])),
  }
}

/** Waits for the thing itself; fails where it does not come about in time. */
export const until = async (what: string, holds: () => boolean, withinMs = 10_000): Promise<void> => {
  const deadline = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`did not come about within ${withinMs} ms: ${what}`)
    await setTimeout(5)
  }
}

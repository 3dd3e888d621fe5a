import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { Effect, Fiber, Stream } from "effect"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { command } from "../../src/executors/command.ts"
import type { Chunk, Execution } from "../../src/executors/Executor.ts"
import { ensureGuardian, GUARDIAN_MARK } from "../../src/executors/guardian.ts"
import { kill, killRuns, processesOf, startTimeOf } from "../../src/executors/processes.ts"
import { DRAIN_GRACE_MS, STOP_SIGNALS } from "../../src/executors/runProcess.ts"
import { ended, shell, until } from "./execution.ts"

const STOP_GRACE_MS = STOP_SIGNALS.reduce((sum, { graceMs }) => sum + graceMs, 0)
/** Shell: in a session of its own, deaf to whatever can be ignored, for as long as it lives. */
const DEAF = "setsid sh -c \"trap '' INT TERM HUP; while :; do sleep 1000; done\""

/** Starts a run; its chunks gather while it runs, and whatever it leaves is ended with the test. */
const start = (given: Execution) => {
  const chunks: Array<Chunk> = []
  const fiber = Effect.runFork(
    Stream.runForEach(command.execute(given), (chunk) => Effect.sync(() => chunks.push(chunk))),
  )
  onTestFinished(() => Effect.runPromise(Fiber.interrupt(fiber)).then(() => undefined))
  const texts = () => chunks.flatMap((chunk) => (chunk.kind === "progress" ? [chunk.text] : []))
  return {
    run: given.run,
    scratch: given.scratch,
    chunks,
    texts,
    said: (text: string) => until(`the run says ${text}`, () => texts().includes(text)),
    processes: (count: number) => until(`${count} processes`, () => processesOf(given.run).length >= count),
    interrupt: () => Effect.runPromise(Fiber.interrupt(fiber)),
    end: () => Effect.runPromise(Fiber.await(fiber)).then(() => ended(chunks)),
  }
}

/** Not gone, and no zombie that only waits for its parent. */
const isAlive = (pid: number): boolean => /\) [^ZX]/.test(readFileOf(pid, "stat"))
const readFileOf = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1")
  } catch {
    return ""
  }
}
const guardians = (mark: string): ReadonlyArray<number> =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => readFileOf(pid, "cmdline").endsWith(`CHARTER_GUARDIAN=${mark}\0`))

/** Processes that no run has started, in the group of this test and in a session of their own. */
let bystanders: ReadonlyArray<ChildProcess>
beforeAll(() => {
  bystanders = [false, true].map((detached) => spawn("sleep", ["1000"], { detached, stdio: "ignore" }))
})
afterAll(() => {
  const unhurt = bystanders.map(({ pid }) => isAlive(pid!))
  for (const bystander of bystanders) bystander.kill("SIGKILL")
  expect(unhurt).toEqual([true, true])
})

describe("output", () => {
  it("arrives while the command runs", async () => {
    const run = start(shell("mkfifo go on; echo first; read _ < go; echo second; read _ < on; echo third"))
    await run.said("first")
    expect(run.texts()).toEqual(["first"])
    writeFileSync(join(run.scratch, "go"), "\n")
    await run.said("second")
    expect(run.texts()).toEqual(["first", "second"])
    writeFileSync(join(run.scratch, "on"), "\n")
    expect((await run.end()).outcome).toEqual({ success: true, result: "first\nsecond\nthird" })
  })

  it("may end before the command does", async () => {
    const run = start(shell("mkfifo go; exec > /dev/null 2>&1; read _ < go; exit 3"))
    await run.processes(1)
    const [pid] = processesOf(run.run)
    await until("standard output is closed", () => readlinkSync(`/proc/${pid}/fd/1`) === "/dev/null")
    expect(run.chunks.map(({ kind }) => kind)).toEqual(["process"])
    await until("the pipe is there", () => readdirSync(run.scratch).includes("go"))
    writeFileSync(join(run.scratch, "go"), "\n")
    expect((await run.end()).outcome).toEqual({ success: false, error: "exit code 3", retry: true })
  })

  it.each([
    ["long lines", "head -c 100000000 /dev/zero"],
    ["short lines", "yes | head -c 100000000"],
    ["lines of JSON", `yes '{"data":[1,2,3]}' | head -c 100000000`],
    ["standard error", "yes | head -c 100000000 >&2"],
  ])("of 100 MB in %s is cut, holds nobody up and takes little memory", async (_, script) => {
    const file = join(import.meta.dirname, "fixtures", "flood.ts")
    const { stdout } = await promisify(execFile)(process.execPath, [
      file,
      `${script}; echo; echo '{"result":"after all"}'`,
    ])
    const told = JSON.parse(stdout) as { chunks: number; last: Chunk; grownKilobytes: number; delayMs: number }
    expect(told.last).toEqual({ kind: "result", outcome: { success: true, result: "after all" } })
    expect(told.chunks).toBeLessThan(2_100)
    expect(told.grownKilobytes).toBeLessThan(120_000)
    expect(told.delayMs).toBeLessThan(500)
  })

  it("is not waited for when something that escaped holds it open", async () => {
    const run = start(
      shell("env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' & until [ -s pid ]; do :; done; echo done"),
    )
    await run.said("done")
    const escaped = Number(readFileSync(join(run.scratch, "pid"), "utf8"))
    onTestFinished(() => kill(escaped, "SIGKILL"))
    const before = performance.now()
    expect((await run.end()).outcome).toEqual({ success: true, result: "done" })
    expect(performance.now() - before).toBeLessThan(DRAIN_GRACE_MS + 2_000)
    expect(isAlive(escaped)).toBe(true)
  })
})

describe("the end of a run", () => {
  it("is the end of all that it has started", async () => {
    const given = shell(`${DEAF} & sleep 1000 & (sleep 1000 &) ; mkfifo go; read _ < go; echo done`)
    const run = start(given)
    await run.processes(5)
    const processes = processesOf(run.run)
    await until("the pipe is there", () => readdirSync(given.scratch).includes("go"))
    writeFileSync(join(given.scratch, "go"), "\n")
    expect((await run.end()).outcome).toEqual({ success: true, result: "done" })
    expect(processes.filter(isAlive)).toEqual([])
    expect(processesOf(run.run)).toEqual([])
  })

  it("comes, where it is stopped, with a chance to tidy up", async () => {
    const given = shell(`trap 'echo tidied > "$HOME/tidied"; exit 0' INT; echo ready; while :; do sleep 0.01; done`)
    const run = start(given)
    await run.said("ready")
    await run.interrupt()
    expect(readFileSync(join(given.scratch, "tidied"), "utf8")).toBe("tidied\n")
    expect(processesOf(run.run)).toEqual([])
  })

  it("comes within its grace, whatever is ignored, and before the interruption is done", async () => {
    const run = start(shell(`trap '' INT TERM HUP; ${DEAF} & ${DEAF} & echo ready; while :; do sleep 1000; done`))
    await run.said("ready")
    await run.processes(6)
    const before = performance.now()
    await run.interrupt()
    expect(processesOf(run.run)).toEqual([])
    expect(performance.now() - before).toBeLessThan(STOP_GRACE_MS + 2_000)
  })

  it("comes for those that erased their mark but stayed in the group", async () => {
    const given = shell("env -i sh -c 'echo $$ > pid; exec sleep 1000' & until [ -s pid ]; do :; done; exit 3")
    const run = start(given)
    expect((await run.end()).outcome).toMatchObject({ error: "exit code 3" })
    const unmarked = Number(readFileSync(join(given.scratch, "pid"), "utf8"))
    onTestFinished(() => kill(unmarked, "SIGKILL"))
    await until("it is gone", () => !isAlive(unmarked), 1_000)
  })

  it("comes for dozens of processes in as many sessions", async () => {
    const run = start(shell("for _ in $(seq 40); do setsid sleep 1000 & done; wait"))
    await run.processes(41)
    await run.interrupt()
    expect(processesOf(run.run)).toEqual([])
  })

  it("comes for those that never stay: each starts the next one and is gone", async () => {
    const given = shell('for _ in 1 2 3 4; do setsid "$HOME/hop" & done; exec sleep 1000')
    writeFileSync(join(given.scratch, "hop"), '#!/bin/sh\nprintf x >> "$HOME/hops"\n"$0" &\n', { mode: 0o755 })
    const hops = () => statSync(join(given.scratch, "hops"), { throwIfNoEntry: false })?.size ?? 0
    const run = start(given)
    await until("they are on their way", () => hops() > 100)
    await run.interrupt()
    const last = hops()
    for (let look = 0; look < 50; look++) expect(processesOf(run.run)).toEqual([])
    expect(hops()).toBe(last)
  })

  it("comes when nobody reads on", async () => {
    const given = shell("echo one; echo two; while :; do sleep 1000; done")
    const some = await Effect.runPromise(Stream.runCollect(command.execute(given).pipe(Stream.take(2))))
    expect(some.at(-1)).toEqual({ kind: "progress", text: "one" })
    expect(processesOf(given.run)).toEqual([])
  })

  it("disturbs no other run", async () => {
    const one = start(shell(`${DEAF} & echo ready; wait`))
    const other = start(shell("mkfifo go; sleep 1000 & echo ready; read _ < go; kill -0 $! && echo unhurt"))
    await Promise.all([one.said("ready"), other.said("ready")])
    await one.interrupt()
    expect(processesOf(one.run)).toEqual([])
    expect(processesOf(other.run).length).toBeGreaterThan(0)
    writeFileSync(join(other.scratch, "go"), "\n")
    expect((await other.end()).outcome).toEqual({ success: true, result: "ready\nunhurt" })
  })

  it("names the process while it lives", async () => {
    const run = start(shell("echo ready; while :; do sleep 1000; done"))
    await run.said("ready")
    const [first] = run.chunks
    expect(first?.kind === "process" && startTimeOf(first.pid)).toBe(first?.kind === "process" && first.startTime)
    await run.interrupt()
    expect(first?.kind === "process" && startTimeOf(first.pid)).toBe("")
  })
})

describe("the death of the daemon by kill -9", () => {
  /** A daemon in a process of its own, with a run that is deaf and in several sessions. */
  const daemon = async (run: string): Promise<{ readonly process: ChildProcess; readonly mark: string }> => {
    const file = join(import.meta.dirname, "fixtures", "daemon.ts")
    const script = `trap '' INT TERM HUP; ${DEAF} & (${DEAF} &); echo "$CHARTER_GUARDIAN"; while :; do sleep 1000; done`
    const child = spawn(process.execPath, [file, run, script], { detached: true, stdio: ["ignore", "pipe", "inherit"] })
    onTestFinished(async () => {
      child.kill("SIGKILL")
      await killRuns(new Set([run]))
    })
    for await (const line of createInterface(child.stdout)) {
      const chunk = JSON.parse(line) as Chunk
      if (chunk.kind !== "progress") continue
      await until("all processes are there", () => processesOf(run).length >= 6)
      return { process: child, mark: chunk.text }
    }
    throw new Error("the daemon has ended early")
  }

  it("is the end of its runs, at once, and of their guardian", async () => {
    const run = `death-${process.pid}`
    const { process: child, mark } = await daemon(run)
    const processes = processesOf(run)
    expect(guardians(mark)).toHaveLength(1)
    kill(-child.pid!, "SIGKILL")
    await once(child, "exit")
    await until("no process of the run is left", () => !processes.some(isAlive), 2_000)
    await until("the guardian is gone", () => guardians(mark).length === 0, 2_000)
    expect(processesOf(run)).toEqual([])
  })

  it("leaves to the next daemon what the guardian could not end", async () => {
    const run = `reap-${process.pid}`
    const { process: child, mark } = await daemon(run)
    const [guardian] = guardians(mark)
    kill(guardian!, "SIGKILL")
    child.kill("SIGKILL")
    await once(child, "exit")
    await until("the guardian is gone", () => guardians(mark).length === 0)
    expect(processesOf(run).length).toBeGreaterThanOrEqual(6)
    expect(await killRuns(new Set([run]))).toEqual([])
    expect(processesOf(run)).toEqual([])
  })

  it("finds a guardian, also after one has died", async () => {
    await ensureGuardian()
    const [first] = guardians(GUARDIAN_MARK)
    kill(first!, "SIGKILL")
    await until("another one is there", () => {
      void ensureGuardian()
      const [other] = guardians(GUARDIAN_MARK)
      return other !== undefined && other !== first
    })
    expect(guardians(GUARDIAN_MARK)).toHaveLength(1)
  })
})

it("leaves the processes of others alone", async () => {
  const env = { PATH: process.env["PATH"], CHARTER_RUN_ID: "run-10" }
  const other = spawn("sleep", ["1000"], { env, stdio: "ignore" })
  onTestFinished(() => void other.kill("SIGKILL"))
  await once(other, "spawn")
  expect(await killRuns(new Set(["run-1", "run-100", "un-10"]))).toEqual([])
  expect(isAlive(other.pid!)).toBe(true)
  expect(await killRuns(new Set(["run-10", "run-11"]))).toEqual([])
  expect(isAlive(other.pid!)).toBe(false)
})

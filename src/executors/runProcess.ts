/**
 * One process of a run, as the leader of a session and group of its own, and everything that comes of it. The platform's
 * own child processes end a group; runs need more (their mark, a polite signal first, the name of the signal that ended
 * them), so this is the one place that spawns.
 */
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { Effect, Result, type Scope } from "effect"
import { ensureGuardian, GUARDIAN_MARK, GUARDIAN_VARIABLE } from "./guardian.ts"
import { kill, killRuns, RUN_ID_VARIABLE, startTimeOf } from "./processes.ts"

/** How a run is asked to stop: signals to its group, and how long each is given before the next. */
export const STOP_SIGNALS: ReadonlyArray<{ readonly signal: NodeJS.Signals; readonly graceMs: number }> = [
  { signal: "SIGINT", graceMs: 2_000 },
  { signal: "SIGTERM", graceMs: 1_000 },
]
/** How long output is still read after the last process that the run's mark finds has ended. */
export const DRAIN_GRACE_MS = 1_000
/** How long a killed process is waited for; only the kernel can hold it longer, and then nothing here can end it. */
export const UNKILLABLE_DEADLINE_MS = 10_000
/** How much rather the kernel, out of memory, ends a run than the daemon (`oom_score_adj`, 0 to 1000). */
export const OUT_OF_MEMORY_SCORE = 500

export interface ProcessOptions {
  readonly run: string
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** Whole: nothing is inherited but the two marks that are added. */
  readonly environment: Readonly<Record<string, string>>
  /** Written to standard input, which is then closed. */
  readonly input: string
  /** Called as output arrives; never waited for, so that a slow reader does not block the process. */
  readonly onStdout: (bytes: Buffer) => void
  readonly onStderr: (bytes: Buffer) => void
}

export interface RunProcess {
  readonly pid: number
  readonly startTime: string
  /** The process has ended by itself or was stopped, every other process of the run is ended, and all output was read. */
  readonly ended: Effect.Effect<Ending>
  /** Asks politely, then kills; done when every process of the run is ended. Any number of calls is one stop. */
  readonly stop: Effect.Effect<void>
}

/** One of the two is null. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Why a process could not be started; `code` is the system's (`ENOENT`, `EACCES`, `EAGAIN`, ...) where it gave one. */
export interface StartFailure {
  readonly code: string | undefined
  readonly message: string
}

/** Starts a process that is stopped when the scope closes. */
export const startProcess = (
  options: ProcessOptions,
): Effect.Effect<Result.Result<RunProcess, StartFailure>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => start(options).then(Result.succeed, (error: unknown) => Result.fail(startFailure(error)))),
    (started) => (Result.isSuccess(started) ? started.success.stop : Effect.void),
  )

const start = async (options: ProcessOptions): Promise<RunProcess> => {
  await ensureGuardian()
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    detached: true,
    env: { ...options.environment, [RUN_ID_VARIABLE]: options.run, [GUARDIAN_VARIABLE]: GUARDIAN_MARK },
    stdio: ["pipe", "pipe", "pipe"],
  })
  const exit = new Promise<Ending>((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })))
  const closed = new Promise<void>((resolve) => child.once("close", resolve))
  child.stdout.on("data", options.onStdout)
  child.stderr.on("data", options.onStderr)
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => undefined)
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject))
  const pid = child.pid!
  const startTime = startTimeOf(pid)
  preferForKilling(pid)
  child.stdin.end(options.input)

  const sweep = async (): Promise<void> => {
    kill(-pid, "SIGKILL")
    await killRuns(new Set([options.run]))
  }
  let over = false
  const end = async (): Promise<Ending> => {
    const ending = await exit
    await sweep()
    // Only a process that escaped its mark can hold a pipe open now. One more look at the pipes, then they are let go.
    const letGo = () => setImmediate(() => [child.stdout, child.stderr].map((pipe) => pipe.destroy()))
    const timer = setTimeout(letGo, DRAIN_GRACE_MS)
    await closed
    clearTimeout(timer)
    over = true
    return ending
  }
  const ended = end()
  const stop = async (): Promise<void> => {
    for (const { signal, graceMs } of STOP_SIGNALS) {
      if (child.exitCode !== null || child.signalCode !== null) break
      kill(-pid, signal)
      await within(graceMs, exit)
    }
    // The number of a group that is gone may belong to others by now.
    if (!over) await sweep()
    await within(UNKILLABLE_DEADLINE_MS, ended)
  }
  let stopping: Promise<void> | undefined
  const warn = Effect.suspend(() =>
    over
      ? Effect.void
      : Effect.logWarning(`The kernel holds a process of run ${options.run} that cannot be ended: ${pid}`),
  )
  return {
    pid,
    startTime,
    ended: Effect.promise(() => ended),
    stop: Effect.promise(() => (stopping ??= stop())).pipe(Effect.andThen(warn)),
  }
}

/** Waits for `event`, or for the time to pass. */
const within = (milliseconds: number, event: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<void>((resolve) => void (timer = setTimeout(resolve, milliseconds)))
  return Promise.race([event.then(() => undefined), passed]).finally(() => clearTimeout(timer))
}

const preferForKilling = (pid: number): void => {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(OUT_OF_MEMORY_SCORE))
  } catch {
    // Gone already, or a system without it.
  }
}

const startFailure = (error: unknown): StartFailure => {
  const { code, message } = error as NodeJS.ErrnoException
  return { code, message }
}

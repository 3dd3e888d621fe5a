/**
 * Any executable as an executor. It gets its task as one line of JSON on standard input (`taskInput.ts`), says what it
 * does on standard output (`output.ts`), and its exit code is the verdict.
 *
 * ```yaml
 * executor:
 *   kind: command
 *   run: ["./tools/fix.sh", "--quick"]   # a path is relative to the workspace, a plain word is looked up in PATH
 *   cwd: workspace                       # or scratch: the run's own empty folder; workspace is the default
 *   env: { MODEL: small, API_KEY: "${{ env.API_KEY }}" }
 *   output: 1048576                      # bytes of output shown
 * ```
 *
 * | exit | meaning |
 * | --- | --- |
 * | 0 | success |
 * | 64 (usage), 126 (not executable), 127 (not found) | failure that another attempt does not mend |
 * | 75 (temporary failure), any other code, a signal | failure; worth another attempt |
 *
 * The environment is PATH, HOME and TMPDIR (both the scratch folder), LANG, TERM, CHARTER_RUN_ID, what the daemon gives
 * to every run, and `env`. When the executable ends, every process that it has started is ended too.
 */
import { access } from "node:fs/promises"
import { constants } from "node:os"
import { isAbsolute, resolve } from "node:path"
import { Deferred, Effect, Queue, Result, type Scope, Stream } from "effect"
import type { ExecutorConfig } from "../domain/organization.ts"
import { type ConfigProblem, invalid, isRecord, missing, unknownKeys } from "./configProblem.ts"
import { hasForeignInterpolation, RESERVED_PREFIX, runEnvironment, VARIABLE_NAME } from "./environment.ts"
import type { Chunk, Execution, Executor, Outcome } from "./Executor.ts"
import { type LimitReached, meterOf, minutesOf, silenceReached, timeReached } from "./limits.ts"
import { DEFAULT_OUTPUT_BYTES, MAX_OUTPUT_BYTES, type OutputReader, readOutput } from "./output.ts"
import { type Ending, type RunProcess, startProcess, type StartFailure } from "./runProcess.ts"
import { taskInput } from "./taskInput.ts"

/** Exit codes after which the same attempt would fail again. */
const FINAL_EXIT_CODES: Readonly<Record<number, string>> = { 64: "usage", 126: "not executable", 127: "not found" }
/** Failures to start that are of the moment; all others are final. */
const PASSING_START_FAILURES = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "ETXTBSY"])

export const command: Executor = {
  kind: "command",
  check: (config) => checkConfig(config),
  execute: (execution) =>
    Stream.callback<Chunk>((queue) =>
      Effect.gen(function* () {
        const emit = (chunks: Iterable<Chunk>) => void Queue.offerAllUnsafe(queue, chunks)
        const outcome = yield* run(execution, emit)
        emit([{ kind: "result", outcome }])
        Queue.endUnsafe(queue)
      }),
    ),
}

/**
 * `emit` never waits: an executable does not block on a slow reader, and the bounds of `output.ts` are what limits the
 * memory that unread chunks take.
 */
const run = Effect.fnUntraced(function* (
  execution: Execution,
  emit: (chunks: Iterable<Chunk>) => void,
): Effect.fn.Return<Outcome, never, Scope.Scope> {
  const problems = checkConfig(execution.config)
  if (problems.length > 0) return failure(problems.map((problem) => problem.message).join(" "), false)
  const config = execution.config as CommandConfig
  const environment = runEnvironment(execution, config.env ?? {}, process.env)
  if ("missing" in environment)
    return failure(`not set in the daemon's environment: ${environment.missing.join(", ")}`, false)
  const cwd = config.cwd === "scratch" ? execution.scratch : execution.workspace
  if (!(yield* exists(cwd))) return failure(`the folder to run in does not exist: ${cwd}`, false)

  const limit = Deferred.makeUnsafe<LimitReached>()
  const reach = (reached: LimitReached | undefined) => {
    if (reached !== undefined) Deferred.doneUnsafe(limit, Effect.succeed(reached))
  }
  const meter = meterOf(execution.limits)
  const output = readOutput({
    maxOutputBytes: config.output ?? DEFAULT_OUTPUT_BYTES,
    mask: environment.mask,
    onUsage: (usage) => reach(meter(usage)),
  })
  let heard = performance.now()
  const listen = (read: (bytes: Buffer) => ReadonlyArray<Chunk>) => (bytes: Buffer) => {
    heard = performance.now()
    emit(read(bytes))
    const fault = output.fault()
    if (fault !== undefined) reach({ error: `stopped: ${fault}`, retry: false })
  }

  const started = yield* startProcess({
    run: execution.run,
    command: executable(config.run[0]!, execution.workspace),
    args: config.run.slice(1),
    cwd,
    environment: environment.variables,
    input: `${JSON.stringify(taskInput(execution))}\n`,
    onStdout: listen(output.stdout),
    onStderr: listen(output.stderr),
  })
  if (Result.isFailure(started)) return startFailed(config.run[0]!, started.failure)
  const leader = started.success
  emit([{ kind: "process", pid: leader.pid, startTime: leader.startTime }])

  const silenceMs = execution.limits.silence
  if (silenceMs !== undefined)
    yield* Effect.forkScoped(
      Effect.map(
        silent(silenceMs, () => heard),
        () => reach(silenceReached(silenceMs)),
      ),
    )
  const reached = yield* awaitEnd(leader, limit, minutesOf(execution.limits))
  if ("error" in reached) yield* leader.stop
  emit(output.end())
  const fault = output.fault()
  if ("error" in reached) return { success: false, ...reached, error: withTail(reached.error, output) }
  if (fault !== undefined) return failure(fault, false)
  return verdict(reached, output)
})

const awaitEnd = (
  leader: RunProcess,
  limit: Deferred.Deferred<LimitReached>,
  minutes: number,
): Effect.Effect<Ending | LimitReached> =>
  Effect.raceFirst(leader.ended, Deferred.await(limit)).pipe(
    Effect.timeoutOrElse({ duration: `${minutes} minutes`, orElse: () => Effect.succeed(timeReached(minutes)) }),
  )

/** Done when nothing has been heard for so long. */
const silent = (silenceMs: number, heard: () => number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const left = heard() + silenceMs - performance.now()
    return left <= 0 ? Effect.void : Effect.andThen(Effect.sleep(left), silent(silenceMs, heard))
  })

const verdict = (ending: Ending, output: OutputReader): Outcome => {
  if (ending.code === 0) return { success: true, result: output.result() }
  if (ending.code === null) return failure(withTail(`ended by signal ${ending.signal}`, output), true)
  const final = FINAL_EXIT_CODES[ending.code]
  const meaning = final ?? meaningOf(ending.code)
  const text = `exit code ${ending.code}${meaning === undefined ? "" : ` (${meaning})`}`
  return failure(withTail(text, output), final === undefined)
}

/** A shell reports a signal that ended its command as 128 and the signal's number. */
const meaningOf = (code: number): string | undefined =>
  code === 75 ? "temporary failure" : Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]

const startFailed = (name: string, { code, message }: StartFailure): Outcome => {
  if (code === "ENOENT") return failure(`command not found: ${name}`, false)
  if (code === "EACCES") return failure(`not executable: ${name}`, false)
  return failure(`could not be started: ${message}`, code === undefined || PASSING_START_FAILURES.has(code))
}

const failure = (error: string, retry: boolean): Outcome => ({ success: false, error, retry })

const withTail = (error: string, output: OutputReader): string => {
  const tail = output.errorTail()
  return tail === "" ? error : `${error}: ${tail}`
}

/** A word without a slash stays as it is, and is looked up in the PATH of the run. */
const executable = (name: string, workspace: string): string =>
  name.includes("/") && !isAbsolute(name) ? resolve(workspace, name) : name

const exists = (folder: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    access(folder).then(
      () => true,
      () => false,
    ),
  )

// ── configuration ───────────────────────────────────────────────────────────────────────────────────────────────────

interface CommandConfig extends ExecutorConfig {
  readonly run: ReadonlyArray<string>
  readonly cwd?: "workspace" | "scratch"
  readonly env?: Readonly<Record<string, string>>
  readonly output?: number
}

const KEYS = ["kind", "run", "cwd", "env", "output"]

const checkConfig = (config: ExecutorConfig): ReadonlyArray<ConfigProblem> => {
  const { run: words, cwd, env, output } = config
  return [
    ...unknownKeys(config, KEYS, "a command executor"),
    ...(words === undefined
      ? [missing("run", "the command as a list of words", 'Write run: ["./tools/fix.sh"].')]
      : checkWords(words)),
    ...(cwd === undefined || cwd === "workspace" || cwd === "scratch"
      ? []
      : [invalid("`cwd` is `workspace` or `scratch`.", "Leave it out for workspace.")]),
    ...(env === undefined ? [] : checkEnv(env)),
    ...(output === undefined || (Number.isInteger(output) && Number(output) >= 1 && Number(output) <= MAX_OUTPUT_BYTES)
      ? []
      : [invalid(`\`output\` is a number of bytes from 1 to ${MAX_OUTPUT_BYTES}.`)]),
  ]
}

const checkWords = (words: unknown): ReadonlyArray<ConfigProblem> => {
  if (typeof words === "string")
    return [
      invalid(
        "`run` is a list of words, not one text: no shell takes it apart.",
        `Write run: ${JSON.stringify(words.trim().split(/\s+/))}.`,
      ),
    ]
  if (!Array.isArray(words) || words.length === 0 || words[0] === "")
    return [invalid("`run` is a list of words, the first one names the command.", 'Write run: ["./tools/fix.sh"].')]
  return words.flatMap((word: unknown, index) => {
    if (typeof word !== "string")
      return [invalid(`Word ${index + 1} of \`run\` is no text.`, `Write ${JSON.stringify(String(word))}.`)]
    if (word.includes("\0")) return [invalid(`Word ${index + 1} of \`run\` holds a zero character.`)]
    if (word.includes("${{"))
      return [invalid("`run` takes no `${{ … }}`: the task arrives as JSON on standard input, secrets in `env`.")]
    return []
  })
}

const checkEnv = (env: unknown): ReadonlyArray<ConfigProblem> => {
  if (!isRecord(env)) return [invalid("`env` is a map of names to texts.", "Write env: { NAME: value }.")]
  return Object.entries(env).flatMap(([name, value]) => {
    if (!VARIABLE_NAME.test(name)) return [invalid(`\`${name}\` is no name for an environment variable.`)]
    if (name.startsWith(RESERVED_PREFIX))
      return [invalid(`\`env.${name}\`: names that start with ${RESERVED_PREFIX} are the daemon's.`)]
    if (typeof value !== "string")
      return [invalid(`\`env.${name}\` is no text.`, `Write ${name}: ${JSON.stringify(String(value))}.`)]
    if (value.includes("\0")) return [invalid(`\`env.${name}\` holds a zero character.`)]
    if (hasForeignInterpolation(value))
      return [
        invalid(`\`env.${name}\` takes no \`\${{ … }}\` but \`\${{ env.NAME }}\`: the task arrives on standard input.`),
      ]
    return []
  })
}

/**
 * Plays a file instead of running a program: for tests, demos and examples. `script.ts` tells what the file may say.
 *
 * ```yaml
 * executor: { kind: scripted, file: scripts/reviewer.yaml }   # relative to the workspace, and inside it
 * ```
 */
import { readFile, realpath } from "node:fs/promises"
import { isAbsolute, relative, resolve } from "node:path"
import { Effect, Queue, Stream } from "effect"
import { type Diagnostic, formatDiagnostic, hasErrors } from "../domain/diagnostic.ts"
import type { ExecutorConfig } from "../domain/organization.ts"
import { compilePath } from "../language/conditions/path.ts"
import { type ConfigProblem, invalid, isRecord, missing, unknownKeys } from "./configProblem.ts"
import type { Chunk, Execution, Executor, Outcome } from "./Executor.ts"
import { meterOf, minutesOf, silenceReached, timeReached } from "./limits.ts"
import { MAX_CHECKPOINT_BYTES } from "./output.ts"
import { readScript, type Step } from "./script.ts"
import { type TaskInput, taskInput } from "./taskInput.ts"

/** Chunks that wait for a slow reader before the script does. */
export const MAX_WAITING_CHUNKS = 16

export const scripted: Executor = {
  kind: "scripted",
  check: (config) => checkConfig(config),
  execute: (execution) =>
    Stream.callback<Chunk>(
      (queue) =>
        Effect.gen(function* () {
          const emit = (chunk: Chunk) => Queue.offer(queue, chunk)
          yield* emit({ kind: "result", outcome: yield* play(execution, emit) })
          yield* Queue.end(queue)
        }),
      { bufferSize: MAX_WAITING_CHUNKS },
    ),
}

type Emit = (chunk: Chunk) => Effect.Effect<unknown>

const play = Effect.fnUntraced(function* (execution: Execution, emit: Emit): Effect.fn.Return<Outcome> {
  const problems = checkConfig(execution.config)
  if (problems.length > 0) return failure(problems.map((problem) => problem.message).join(" "), false)
  const file = String(execution.config["file"])
  const script = yield* Effect.promise(() => load(execution.workspace, file))
  if ("error" in script) return failure(script.error, false)
  const minutes = minutesOf(execution.limits)
  return yield* playSteps(script.steps, execution, emit).pipe(
    Effect.timeoutOrElse({
      duration: `${minutes} minutes`,
      orElse: () => Effect.succeed<Outcome>({ success: false, ...timeReached(minutes) }),
    }),
  )
})

const playSteps = Effect.fnUntraced(function* (
  steps: ReadonlyArray<Step>,
  execution: Execution,
  emit: Emit,
): Effect.fn.Return<Outcome> {
  const input = taskInput(execution)
  const message = execution.message.toLowerCase()
  const meter = meterOf(execution.limits)
  for (const { when, ...step } of steps) {
    if (when !== undefined && !message.includes(when)) continue
    switch (step.kind) {
      case "wait": {
        const { silence = Number.POSITIVE_INFINITY } = execution.limits
        yield* Effect.sleep(Math.min(step.duration, silence))
        if (step.duration >= silence) return { success: false, ...silenceReached(silence) }
        break
      }
      case "checkpoint": {
        const data = fill(step.data, input)
        const bytes = Buffer.byteLength(JSON.stringify(data))
        if (bytes > MAX_CHECKPOINT_BYTES)
          return failure(`a checkpoint of ${bytes} bytes is over the bound of ${MAX_CHECKPOINT_BYTES}`, false)
        yield* emit({ kind: "checkpoint", data })
        break
      }
      case "progress":
        yield* emit({ kind: "progress", text: fillText(step.text, input) })
        break
      case "usage": {
        yield* emit(step)
        const reached = meter(step)
        if (reached !== undefined) return { success: false, ...reached }
        break
      }
      case "event":
        yield* emit({
          ...step,
          ...(step.subject === undefined ? {} : { subject: fillText(step.subject, input) }),
          ...(step.data === undefined ? {} : { data: fill(step.data, input) }),
        })
        break
      case "result":
        return { success: true, result: fill(step.result, input) }
      case "fail":
        return failure(fillText(step.error, input), step.retry)
    }
  }
  return { success: true, result: null }
})

const failure = (error: string, retry: boolean): Outcome => ({ success: false, error, retry })

// ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────

const load = async (
  workspace: string,
  file: string,
): Promise<{ readonly steps: ReadonlyArray<Step> } | { readonly error: string }> => {
  let content: string
  try {
    const path = await realpath(resolve(workspace, file))
    if (leaves(relative(await realpath(workspace), path)))
      return { error: `the script is outside the workspace: ${file}` }
    content = await readFile(path, "utf8")
  } catch (error) {
    return { error: `the script cannot be read: ${(error as Error).message}` }
  }
  const { steps, diagnostics } = readScript(file, content)
  return hasErrors(diagnostics) ? { error: errorsOf(diagnostics) } : { steps }
}

const leaves = (path: string): boolean => path === ".." || path.startsWith("../") || isAbsolute(path)

const errorsOf = (diagnostics: ReadonlyArray<Diagnostic>): string =>
  diagnostics
    .filter(({ severity }) => severity === "error")
    .map(formatDiagnostic)
    .join("\n")

// ── `${{ path }}` ───────────────────────────────────────────────────────────────────────────────────────────────────

const PLACE = /\$\{\{\s*(\w+)(.*?)\s*\}\}/gs
const WHOLE = /^\$\{\{\s*(\w+)((?:(?!\}\}).)*?)\s*\}\}$/s

/** Through all texts of a value; a text that is one path keeps the type of what it names, and is null where it is missing. */
const fill = (value: unknown, input: TaskInput): unknown => {
  if (typeof value === "string") {
    const [, root, path] = WHOLE.exec(value) ?? []
    return root === undefined ? fillText(value, input) : (readAt(input, root, path!) ?? null)
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, input))
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, input)]))
  return value
}

const fillText = (text: string, input: TaskInput): string =>
  text.replace(PLACE, (_, root: string, path: string) => {
    const value = readAt(input, root, path)
    if (value === undefined || value === null) return ""
    return typeof value === "string" ? value : JSON.stringify(value)
  })

/** `path` is what follows the root; the reader of the script has checked both. */
const readAt = (input: TaskInput, root: string, path: string): unknown => {
  const value = input[root as keyof TaskInput]
  if (path === "") return value
  return typeof value === "object" && value !== null ? compilePath(`$${path}`)(value) : undefined
}

// ── configuration ───────────────────────────────────────────────────────────────────────────────────────────────────

const checkConfig = (config: ExecutorConfig): ReadonlyArray<ConfigProblem> => {
  const { file } = config
  return [
    ...unknownKeys(config, ["kind", "file"], "a scripted executor"),
    ...(file === undefined
      ? [missing("file", "the script to play", "Write file: scripts/NAME.yaml.")]
      : typeof file !== "string" || file === "" || file.includes("\0") || leaves(relative(".", file))
        ? [invalid("`file` is a path inside the workspace.", "Write file: scripts/NAME.yaml.")]
        : []),
  ]
}

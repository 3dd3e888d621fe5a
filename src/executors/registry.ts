/** Every kind of executor there is. A new one is a file beside this one and a line in this list. */
import type { ExecutorConfig } from "../domain/organization.ts"
import { enumeration } from "../language/describe/prose.ts"
import { didYouMean } from "../language/suggest.ts"
import { command } from "./command.ts"
import type { ConfigProblem } from "./configProblem.ts"
import type { Executor } from "./Executor.ts"
import { human } from "./human.ts"
import { scripted } from "./scripted.ts"

const EXECUTORS: ReadonlyArray<Executor> = [command, scripted]
/** Kinds that a member may have; of `human`, nothing is ever run. */
const KINDS: ReadonlyArray<Pick<Executor, "kind" | "check">> = [...EXECUTORS, human]

/** Kinds that the language knows and this version cannot run yet. */
export const plannedKinds: ReadonlyArray<string> = ["ai", "claude-code", "codex", "opencode", "acp"]

/** The kinds that there are, in alphabetical order. */
export const executorKinds: ReadonlyArray<string> = KINDS.map(({ kind }) => kind).toSorted()

/** What runs a task; nothing for a kind that is not there, nor for `human`. */
export const executorFor = (kind: string): Executor | undefined => EXECUTORS.find((executor) => executor.kind === kind)

/** What is wrong with the executor of a member; empty where it can run. */
export const checkExecutorConfig = (config: ExecutorConfig): ReadonlyArray<ConfigProblem> => {
  const executor = KINDS.find(({ kind }) => kind === config.kind)
  if (executor !== undefined) return executor.check(config)
  const kinds = enumeration(executorKinds, "and")
  if (plannedKinds.includes(config.kind))
    return [
      { code: "not-yet-supported", message: `Executors of kind ${config.kind} are not supported yet; ${kinds} are.` },
    ]
  const message = `There is no executor of kind ${JSON.stringify(config.kind)}; there are ${kinds}.`
  const suggestion = didYouMean(String(config.kind), [...executorKinds, ...plannedKinds])
  return [{ code: "unknown-executor", message, ...(suggestion === undefined ? {} : { suggestion }) }]
}

/** Can an executor start on this machine, as far as that can be seen without starting it? */
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join, resolve } from "node:path"
import type { ExecutorConfig } from "../domain/organization.ts"
import { checkExecutorConfig } from "../executors/registry.ts"

export interface Obstacle {
  readonly what: string
  readonly next: string
}

export const whyNotHere = (
  config: ExecutorConfig,
  workspace: string,
  environment: NodeJS.ProcessEnv,
): Obstacle | undefined => {
  const [problem] = checkExecutorConfig(config)
  if (problem !== undefined)
    return { what: problem.message, next: problem.suggestion ?? "Correct it in the organization's file: charter lint" }
  const program = Array.isArray(config["run"]) ? String(config["run"][0]) : undefined
  return config.kind !== "command" || program === undefined
    ? undefined
    : whyNotExecutable(program, workspace, environment)
}

/** A path is relative to the workspace, a plain word is looked up in PATH. */
const whyNotExecutable = (
  program: string,
  workspace: string,
  { PATH = "" }: NodeJS.ProcessEnv,
): Obstacle | undefined => {
  if (!program.includes("/"))
    return PATH.split(delimiter).some((folder) => isExecutable(join(folder, program)))
      ? undefined
      : {
          what: `${program} is not in PATH`,
          next: `Install ${program}, or write its path into the organization's file.`,
        }
  const path = resolve(workspace, program)
  if (isExecutable(path)) return undefined
  return statSync(path, { throwIfNoEntry: false }) === undefined
    ? { what: `there is no ${path}`, next: "Correct run: in the organization's file, or make the file." }
    : { what: `${path} is not executable`, next: `chmod +x ${path}` }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The environment of a run: what it needs and what its configuration gives it, and nothing of the daemon's own. */
import { isSecretName, maskOf } from "../observability/mask.ts"
import type { Execution } from "./Executor.ts"
import { DEFAULT_PATH } from "./guardian.ts"

/** Prefix of the variables that the daemon itself gives to a run. */
export const RESERVED_PREFIX = "CHARTER_"

export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** `${{ env.NAME }}`: the one thing that the configuration may take from the daemon's environment, for secrets. */
const SECRET = /\$\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g

/** Does the text ask for something that is no `${{ env.NAME }}`? */
export const hasForeignInterpolation = (text: string): boolean => text.replace(SECRET, "").includes("${{")

export type RunEnvironment =
  | {
      readonly variables: Readonly<Record<string, string>>
      /** Replaces the values of secrets by `***`. */
      readonly mask: (text: string) => string
    }
  /** Variables that the configuration asks for and the daemon's environment does not have. */
  | { readonly missing: ReadonlyArray<string> }

/** `configured` is what `env` of the executor's configuration says. */
export const runEnvironment = (
  execution: Execution,
  configured: Readonly<Record<string, string>>,
  daemon: NodeJS.ProcessEnv,
): RunEnvironment => {
  const secrets: Array<string> = []
  const missing: Array<string> = []
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(configured)) {
    given[name] = value.replace(SECRET, (_, wanted: string) => {
      const secret = daemon[wanted]
      if (secret === undefined) missing.push(wanted)
      else secrets.push(secret)
      return secret ?? ""
    })
    if (isSecretName(name)) secrets.push(given[name])
  }
  if (missing.length > 0) return { missing }
  for (const [name, value] of Object.entries(execution.environment)) if (isSecretName(name)) secrets.push(value)
  const variables = {
    PATH: daemon["PATH"] ?? DEFAULT_PATH,
    HOME: execution.scratch,
    TMPDIR: execution.scratch,
    LANG: "C.UTF-8",
    TERM: "dumb",
    ...given,
    ...execution.environment,
  }
  return { variables, mask: maskOf(secrets) }
}

/** What this program cannot run, though it parses: asked before a set comes into force, by `lint` and by `test`. */
import type { Contract } from "../domain/contract.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { ExecutorConfig, Organization } from "../domain/organization.ts"
import { checkWithLibrary } from "./conditions/oracle.ts"
import { sharedConditions } from "./sharedConditions.ts"

/** What is wrong with a member's executor; the executors themselves know. */
export type CheckExecutor = (
  config: ExecutorConfig,
) => ReadonlyArray<Pick<Diagnostic, "code" | "message" | "suggestion">>

/**
 * Conditions that json-rules-engine refuses, and executors that could not start. A kind of executor that is only
 * planned is a warning: its tasks wait, and `status` says so.
 */
export const notAcceptable = (
  contracts: ReadonlyArray<Contract>,
  organizations: ReadonlyMap<string, Organization>,
  checkExecutor: CheckExecutor,
): ReadonlyArray<Diagnostic> => {
  const key = [...organizations.values()].map(({ id, version }) => `${id} ${version}`).join(" ")
  return [
    ...contracts.flatMap((contract) => refusedByLibrary(contract, organizations, key)),
    ...[...organizations.values()].flatMap(({ members }) =>
      members.flatMap(({ executor, position }) =>
        executor === undefined
          ? []
          : checkExecutor(executor).map((problem): Diagnostic => {
              const severity = problem.code === "not-yet-supported" ? "warning" : "error"
              return { ...position, severity, ...problem }
            }),
      ),
    ),
  ]
}

/** By contract, as long as nobody's shared conditions change: a file that is not touched is parsed and checked once. */
const checked = new WeakMap<Contract, { readonly key: string; readonly diagnostics: ReadonlyArray<Diagnostic> }>()

const refusedByLibrary = (
  contract: Contract,
  organizations: ReadonlyMap<string, Organization>,
  key: string,
): ReadonlyArray<Diagnostic> => {
  if (contract.when === undefined) return []
  const known = checked.get(contract)
  if (known?.key === key) return known.diagnostics
  const diagnostics = checkWithLibrary(contract.when, sharedConditions(organizations, contract.scope)).map(
    (message): Diagnostic => ({
      ...contract.position,
      severity: "error",
      code: "library-refuses",
      message: `json-rules-engine refuses the conditions: ${message}`,
    }),
  )
  checked.set(contract, { key, diagnostics })
  return diagnostics
}

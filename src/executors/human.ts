/**
 * The executor of a member whose tasks nobody runs: they wait in the member's inbox until it says what has become of
 * them. Nothing is started, so there is nothing here but what its configuration may hold.
 *
 * ```yaml
 * executor: { kind: human }
 * ```
 */
import { type ExecutorConfig, HUMAN_EXECUTOR } from "../domain/organization.ts"
import { type ConfigProblem, unknownKeys } from "./configProblem.ts"

export const human = {
  kind: HUMAN_EXECUTOR,
  check: (config: ExecutorConfig): ReadonlyArray<ConfigProblem> => unknownKeys(config, ["kind"], "a human executor"),
}

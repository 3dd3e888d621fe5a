/** What this version parses, lints and describes, but does not run yet. A revision with any of it is refused. */
import type { Contract, Effect, Otherwise } from "../domain/contract.ts"
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Places } from "./findings.ts"

/** One error for each construct of the contract that cannot be run yet. With `places`, at the effect. */
export const unsupported = (contract: Contract, places?: Places): ReadonlyArray<Diagnostic> =>
  contract.then.flatMap((effect) =>
    constructs(effect).map((construct) => ({
      ...(places?.get(effect) ?? contract.position),
      severity: "error" as const,
      code: "not-yet-supported",
      message: `${construct} is not run by this version yet, so the contract cannot come into force.`,
    })),
  )

const constructs = (effect: Effect): ReadonlyArray<string> => {
  switch (effect.effect) {
    case "budget":
    case "escalate":
      return [`\`${effect.effect}\``]
    case "limit":
    case "require_approval":
      return ofOtherwise(effect.otherwise)
    case "require_votes":
      return [
        ...ofOtherwise(effect.otherwise),
        ...(effect.resolution.kind === "supermajority" || effect.resolution.kind === "plurality"
          ? [`The resolution \`${effect.resolution.kind}\``]
          : []),
        ...(effect.of === "cast" ? ["`of: cast`"] : []),
        ...(["weights", "veto", "delay", "same"] as const)
          .filter((key) => effect[key] !== undefined)
          .map((key) => `\`${key}\` of a vote`),
      ]
    case "route":
      return effect.as === "first" || effect.as === "compete" ? [`\`route\` as \`${effect.as}\``] : []
    default:
      return []
  }
}

const ofOtherwise = (otherwise: Otherwise): ReadonlyArray<string> =>
  otherwise === "deny" ? [] : [`\`otherwise: ${otherwise === "defer" ? "defer" : "escalate"}\``]

/** Tasks that no agent may ever start on: a run is a request, too. */
import type { Contract, Route, Selector } from "../../domain/contract.ts"
import { typeMatches } from "../../domain/eventTypes.ts"
import { GLOBAL } from "../../domain/names.ts"
import type { World } from "./world.ts"

export const checkRuns = (world: World): void => {
  if (world.incomplete) return
  for (const organization of world.organizations.values()) {
    if (organization.default !== "deny") continue
    const { id } = organization
    const scopes = new Set([id, GLOBAL, ...world.above(id).map((parent) => parent.id)])
    const binding = world.contracts.filter(({ scope, mode }) => mode === "enforce" && scopes.has(scope))
    const routing = binding.find(({ then }) =>
      then.some((effect) => effect.effect === "route" && reaches(world, id, effect)),
    )
    if (routing === undefined || binding.some(letsRun)) continue
    world.warning(
      organization.position,
      "runs-denied",
      `${routing.fullName} gives agents tasks, but with \`default: deny\` no run of theirs starts: no contract allows run.requested.`,
      `Write a contract with scope: "${id}", on: run.requested, then: allow.`,
    )
  }
}

const letsRun = ({ on, then }: Contract): boolean =>
  on.some((pattern) => typeMatches(pattern, "run.requested")) &&
  then.some(({ effect }) => effect === "allow" || effect === "require_approval" || effect === "require_votes")

/** An agent, among others. Who the creator is depends on the event, and it is a human mostly. */
const reaches = (world: World, id: string, { to }: Route): boolean =>
  world.members(id).some((member) => member.kind === "agent" && to.some((selector) => means(selector, member)))

const means = (
  selector: Selector,
  { name, roles }: { readonly name: string; readonly roles: ReadonlyArray<string> },
): boolean => {
  if (selector.kind === "member") return selector.name === name
  if (selector.kind === "role") return roles.includes(selector.role)
  return selector.kind === "members" || selector.kind === "agents"
}

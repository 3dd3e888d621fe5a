/** Conditions that compare with names that nobody has: a role, a member, an organization. */
import type { Condition, Contract, Leaf } from "../../domain/contract.ts"
import type { Position } from "../../domain/diagnostic.ts"
import { GLOBAL } from "../../domain/names.ts"
import { didYouMean } from "../suggest.ts"
import { allLeaves } from "./leaves.ts"
import type { World } from "./world.ts"

export const checkCompared = (world: World): void => {
  if (world.incomplete || world.organizations.size === 0) return
  const tested = testedNames(world)
  const everybody = new Set([...tested.names, ...[GLOBAL, ...world.organizations.keys()].flatMap(namesIn(world))])
  const known = (scope: string): Known => ({
    role: () => new Set([...tested.roles, ...rolesAround(world, scope)]),
    member: () => everybody,
    organization: () => new Set([GLOBAL, ...world.organizations.keys()]),
  })
  for (const contract of world.contracts)
    if (contract.when !== undefined && world.exists(contract.scope))
      checkCondition(world, contract.when, contract.position, known(contract.scope), contract)
  for (const { id, conditions, position } of world.organizations.values())
    for (const condition of Object.values(conditions)) checkCondition(world, condition, position, known(id))
}

type Kind = "role" | "member" | "organization"
type Known = Readonly<Record<Kind, () => ReadonlySet<string>>>

const checkCondition = (
  world: World,
  condition: Condition,
  otherwise: Position,
  known: Known,
  contract?: Contract,
): void => {
  for (const leaf of allLeaves(condition)) {
    const kind = kindOf(leaf)
    if (kind === undefined) continue
    const names = known[kind]()
    for (const name of literals(leaf.value)) {
      if (names.has(name) || (kind === "member" && !MAY_BE_MEMBER.test(name))) continue
      const where =
        contract === undefined || contract.scope === GLOBAL ? "" : ` in ${contract.scope}, above or below it,`
      world.warning(
        world.place(leaf, otherwise),
        `unknown-${kind}`,
        kind === "role"
          ? `Nobody${where} has the role "${name}".`
          : kind === "member"
            ? `No organization has a member "${name}".`
            : `There is no organization ${JSON.stringify(name)}.`,
        didYouMean(name, names) ??
          (kind === "role" && names.size > 0 ? `There are ${[...names].toSorted().join(", ")}.` : undefined),
      )
    }
  }
}

/** What a name is that the leaf compares with as a whole; `undefined` where it is another kind of comparison. */
const kindOf = ({ fact, path = "$", operator }: Leaf): Kind | undefined => {
  const compared = operator.split(":").at(-1)!
  if (compared === "isA") return fact === "actor" && /^\$(?:\.onbehalf)?(?:\.roles)?$/.test(path) ? "role" : undefined
  return WHOLE_COMPARISONS.has(compared) ? KINDS[`${fact} ${path.replace(".onbehalf", "")}`] : undefined
}

const KINDS: Readonly<Partial<Record<string, Kind>>> = {
  "actor $.roles": "role",
  "actor $.name": "member",
  "actor $.creator": "member",
  "org $.id": "organization",
  "org $.members": "member",
  "org $.humans": "member",
  "org $.agents": "member",
}

const WHOLE_COMPARISONS: ReadonlySet<string> = new Set([
  "equal",
  "notEqual",
  "in",
  "notIn",
  "contains",
  "doesNotContain",
])

/** Neither an external (`github:LOGIN`), nor a contract's full name, nor the operator, who has no file. */
const MAY_BE_MEMBER = /^(?!operator$)[\w-]+(?:@[\w-]+)?$/

const literals = (value: unknown): ReadonlyArray<string> =>
  [value].flat(2).flatMap((item) => (typeof item === "string" ? [item] : []))

const namesIn =
  (world: World) =>
  (id: string): ReadonlyArray<string> =>
    world.members(id).flatMap(({ name }) => [name, `${name}${id}`])

/** A member of an organization above or below may be the one who acts. */
const rolesAround = (world: World, scope: string): ReadonlyArray<string> =>
  [scope, ...world.below(scope).map(({ id }) => id), ...world.above(scope).map(({ id }) => id)].flatMap((id) =>
    world.members(id).flatMap(({ roles }) => roles),
  )

/** Tests may bring members of their own, and externals. */
const testedNames = (
  world: World,
): { readonly names: ReadonlyArray<string>; readonly roles: ReadonlyArray<string> } => {
  const tests = world.files.flatMap((file) => file.tests)
  const members = tests.flatMap(({ members: all = [], cases }) => [
    ...all,
    ...cases.flatMap(({ members: own = [] }) => own),
  ])
  const actors = tests.flatMap(({ cases }) => cases.flatMap(({ event: { actor } }) => actor ?? []))
  return { names: [...members.map(({ name }) => name), ...actors], roles: members.flatMap(({ roles }) => roles) }
}

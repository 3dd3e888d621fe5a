/**
 * One revision, linked for deciding: organizations with their chain of parents, contracts with compiled conditions,
 * and an index from (organization, type) to the few contracts that may apply. Immutable; cells are built on first use.
 */
import type { Contract } from "../domain/contract.ts"
import { DEFAULT_CHANNEL, type Member, type Organization } from "../domain/organization.ts"
import { classOf, type EventClass } from "../domain/eventTypes.ts"
import { GLOBAL } from "../domain/names.ts"
import { type Compiler, createCompiler } from "../language/conditions/compile.ts"
import type { CompiledCondition, CounterSpec, OrganizationFact, SharedConditions } from "../language/facts.ts"
import { sharedConditions } from "../language/sharedConditions.ts"
import { makeCell, type Cell } from "./cell.ts"
import { type Counter, makeCounter } from "./counters.ts"
import { conditionOf, type LinkedContract, linkContract } from "./linkedContract.ts"
import { PatternIndex } from "./patternIndex.ts"

export interface OrganizationView {
  readonly organization: Organization
  readonly fact: OrganizationFact
  readonly members: ReadonlyMap<string, Member>
  /** This organization, its parents, `@global`. */
  readonly chain: ReadonlyArray<string>
}

/** Concrete types per organization for which a cell is kept; beyond it the oldest is made again when asked for. */
export const MAX_CELLS_PER_ORGANIZATION = 4096

export interface LinkInput {
  readonly revision: string
  readonly contracts: ReadonlyArray<Contract>
  readonly organizations: ReadonlyArray<Organization>
}

export class Definitions {
  readonly revision: string
  readonly contracts: ReadonlyMap<string, LinkedContract>
  readonly organizations: ReadonlyMap<string, Organization>
  readonly #views = new Map<string, OrganizationView>()
  readonly #byScope = new Map<string, Array<LinkedContract>>()
  readonly #patternsByScope = new Map<string, PatternIndex<LinkedContract>>()
  readonly #cells = new Map<string, Map<string, Cell>>()
  /** What was asked for last: one event asks for its cell when it is decided, when it is folded and when it is counted. */
  #lastOrg = ""
  #lastType = ""
  #lastCell: Cell | undefined
  readonly #counters = new Map<string, CountersInForce>()
  #humans: ReadonlyMap<string, ReadonlySet<string>> | undefined
  #webhookSources: ReadonlySet<string> | undefined
  readonly #compiler: Compiler

  /** `previous` lends its compiled conditions; the two stay independent of each other. */
  constructor(input: LinkInput, previous?: Definitions, compiler: Compiler = previous?.compiler ?? createCompiler()) {
    this.revision = input.revision
    this.#compiler = compiler
    const organizations = new Map(input.organizations.map((organization) => [organization.id, organization]))
    if (!organizations.has(GLOBAL)) organizations.set(GLOBAL, implicitGlobal)
    this.organizations = organizations
    const shared = new Map<string, SharedConditions>()
    const contracts = new Map<string, LinkedContract>()
    for (const contract of inOrder(input.contracts)) {
      let lookup = shared.get(contract.scope)
      if (lookup === undefined) shared.set(contract.scope, (lookup = sharedConditions(organizations, contract.scope)))
      const before = previous?.contracts.get(contract.fullName)
      const linked = linkContract(contract, contracts.size, lookup, compiler, before)
      contracts.set(contract.fullName, linked)
      const list = this.#byScope.get(contract.scope)
      if (list === undefined) this.#byScope.set(contract.scope, [linked])
      else list.push(linked)
    }
    this.contracts = contracts
  }

  get compiler(): Compiler {
    return this.#compiler
  }

  /** An organization that no file defines is an empty one under `@global`. */
  view(org: string): OrganizationView {
    let view = this.#views.get(org)
    if (view === undefined) this.#views.set(org, (view = makeView(org, this.organizations)))
    return view
  }

  /** Everything that may speak to an event of this type in this organization. */
  cell(org: string, type: string): Cell {
    if (this.#lastType === type && this.#lastOrg === org && this.#lastCell !== undefined) return this.#lastCell
    let cells = this.#cells.get(org)
    if (cells === undefined) this.#cells.set(org, (cells = new Map()))
    let cell = cells.get(type)
    if (cell === undefined) {
      cell = this.#makeCell(org, type)
      if (cells.size >= MAX_CELLS_PER_ORGANIZATION) cells.delete(cells.keys().next().value!)
      cells.set(type, cell)
    }
    this.#lastOrg = org
    this.#lastType = type
    this.#lastCell = cell
    return cell
  }

  /** Every counter that some contract in force for this organization reads. */
  counters(org: string): ReadonlyMap<string, Counter> {
    return this.#countersOf(org).byKey
  }

  /** Contracts in force for an organization: its own, its parents', `@global`'s; `off` ones excluded. */
  *inForce(org: string): Iterable<LinkedContract> {
    for (const scope of this.view(org).chain)
      for (const linked of this.#byScope.get(scope) ?? []) if (linked.contract.mode !== "off") yield linked
  }

  /** Does any human of any organization go by this name? */
  isHuman(name: string): boolean {
    return this.#organizationsOfHumans.has(name)
  }

  /** Where a human belongs: `@global`, and every organization that names him. Of somebody whom none names, nothing. */
  organizationsOf(human: string): ReadonlySet<string> {
    return this.#organizationsOfHumans.get(human) ?? NOWHERE
  }

  /** Sources of the webhooks that some organization declares. */
  get webhookSources(): ReadonlySet<string> {
    return (this.#webhookSources ??= new Set(
      [...this.organizations.values()].flatMap(({ webhooks }) => webhooks.map(({ source }) => source)),
    ))
  }

  /** Made when somebody first asks: every published event does, and there may be many organizations. */
  get #organizationsOfHumans(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.#humans !== undefined) return this.#humans
    const humans = new Map<string, Set<string>>()
    for (const { id, members } of this.organizations.values())
      for (const { kind, name } of members)
        if (kind === "human") humans.set(name, (humans.get(name) ?? new Set([GLOBAL])).add(id))
    return (this.#humans = humans)
  }

  #makeCell(org: string, type: string): Cell {
    const eventClass: EventClass = classOf(type)
    const candidates: Array<LinkedContract> = []
    for (const scope of this.view(org).chain)
      for (const linked of this.#patterns(scope).find(type))
        if (linked.classes.includes(eventClass)) candidates.push(linked)
    return makeCell(eventClass, candidates, [...this.#countersOf(org).byType.find(type)])
  }

  /** Contracts of one scope that are not `off`, by their patterns. */
  #patterns(scope: string): PatternIndex<LinkedContract> {
    let patterns = this.#patternsByScope.get(scope)
    if (patterns === undefined) {
      const inForce = (this.#byScope.get(scope) ?? []).filter(({ contract }) => contract.mode !== "off")
      patterns = new PatternIndex(
        inForce.flatMap((linked) => linked.contract.on.map((pattern) => [pattern, linked] as const)),
      )
      this.#patternsByScope.set(scope, patterns)
    }
    return patterns
  }

  #countersOf(org: string): CountersInForce {
    let counters = this.#counters.get(org)
    if (counters === undefined) this.#counters.set(org, (counters = this.#makeCounters(org)))
    return counters
  }

  #makeCounters(org: string): CountersInForce {
    const specs = new Map<string, { spec: CounterSpec; shared: SharedConditions }>()
    for (const linked of this.inForce(org))
      for (const spec of conditionOf(linked).counters) {
        specs.set(spec.key, { spec, shared: linked.shared })
      }
    const byKey = new Map<string, Counter>()
    for (const [key, { spec, shared }] of specs) {
      const where: CompiledCondition | undefined =
        spec.where === undefined ? undefined : this.#compiler.compile(spec.where, shared)
      byKey.set(key, makeCounter(spec, where?.test))
    }
    const byType = new PatternIndex(
      [...byKey.values()].flatMap((counter) =>
        [counter.spec.of, counter.spec.since].flatMap((pattern) =>
          pattern === undefined ? [] : [[pattern, counter] as const],
        ),
      ),
    )
    return { byKey, byType }
  }
}

const NOWHERE: ReadonlySet<string> = new Set()

interface CountersInForce {
  readonly byKey: ReadonlyMap<string, Counter>
  /** By the patterns of what they count, and of what wipes that out. */
  readonly byType: PatternIndex<Counter>
}

const implicitGlobal: Organization = {
  id: GLOBAL,
  default: "allow",
  timezone: "UTC",
  members: [],
  channels: [DEFAULT_CHANNEL],
  documents: [],
  conditions: {},
  webhooks: [],
  version: "implicit",
  position: { file: "(built in)", line: 1, column: 1 },
}

/** Priority, then full name: the order of routes, emits and explanations. */
const inOrder = (contracts: ReadonlyArray<Contract>): ReadonlyArray<Contract> =>
  contracts.toSorted(
    (a, b) => b.priority - a.priority || (a.fullName < b.fullName ? -1 : a.fullName > b.fullName ? 1 : 0),
  )

const makeView = (org: string, organizations: ReadonlyMap<string, Organization>): OrganizationView => {
  const chain: Array<string> = []
  for (let at: string | undefined = org; at !== undefined && !chain.includes(at); at = organizations.get(at)?.parent)
    chain.push(at)
  if (!chain.includes(GLOBAL)) chain.push(GLOBAL)
  const organization = organizations.get(org) ?? { ...implicitGlobal, id: org }
  const members = new Map<string, Member>()
  for (const member of organization.members) members.set(member.name, resolveReference(member, organizations))
  if (org === GLOBAL)
    for (const other of organizations.values())
      for (const member of other.members)
        if (member.kind === "human" && !members.has(member.name))
          members.set(member.name, { ...member, roles: [], weight: 1 })
  const all = [...members.values()]
  return {
    organization,
    members,
    chain,
    fact: {
      id: org,
      members: all.map((member) => member.name),
      humans: all.filter((member) => member.kind === "human").map((member) => member.name),
      agents: all.filter((member) => member.kind === "agent").map((member) => member.name),
      size: all.length,
    },
  }
}

/** A member by reference runs with what its home organization defines, and with what is added here. */
const resolveReference = (member: Member, organizations: ReadonlyMap<string, Organization>): Member => {
  if (member.ref === undefined) return member
  const [name, home] = member.ref.split("@")
  const original = organizations.get(`@${home}`)?.members.find((other) => other.name === name && other.kind === "agent")
  if (original === undefined) return member
  const prompt = [member.prompt ?? original.prompt, member.promptAppend]
    .filter((part) => part !== undefined)
    .join("\n\n")
  // What it does there without being asked, it does not do here.
  const { schedule, ...others } = member
  const merged: { -readonly [K in keyof Member]: Member[K] } = { ...original, ...others }
  delete merged.schedule
  return {
    ...merged,
    ...(schedule === undefined ? {} : { schedule }),
    ...(prompt === "" ? {} : { prompt }),
    limits: { ...original.limits, ...member.limits },
    roles: member.roles.length > 0 ? member.roles : original.roles,
  }
}

/**
 * Proposals as the design describes them, and nothing of how the product does it: plain lists, looked through from the
 * start each time. The oracle says when a vote is over.
 */
import { fate } from "./oracle.ts"
import {
  AGENTS,
  type ContractSpec,
  HUMANS,
  LEADS,
  MINUTE,
  type MotionSpec,
  type Revision,
  type Rule,
  type Vote,
  WEIGHTS,
  type Whom,
} from "./rules.ts"

export interface ModelProposal {
  readonly id: string
  readonly contract: string
  readonly version: string
  readonly asker: string
  readonly type: string
  /** What has to be equal for an approval that stands. */
  readonly same: string
  readonly rule: Rule
  readonly cast: boolean
  readonly quorum: number | undefined
  readonly electors: ReadonlyArray<{ readonly name: string; readonly weight: number; readonly joins: number }>
  readonly vetoers: ReadonlyArray<string>
  readonly opened: number
  readonly deadline: number
  readonly delay: number
  readonly escalate: ReadonlyArray<string> | undefined
  readonly hold: ModelHold | undefined
  readonly motion: MotionSpec | undefined
  readonly votes: Map<string, string>
  state: "active" | "succeeded" | "defeated" | "expired" | "cancelled"
  releases: number
  option: string | undefined
  executed: boolean
}

export interface ModelHold {
  readonly id: string
  readonly type: string
  readonly asker: string
  readonly data: string
  proposals: Array<ModelProposal>
  state: "held" | "released" | "denied" | "expired" | "cancelled"
}

interface Delegation {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly on: string
  readonly until: number
}

interface Standing {
  readonly by: string
  readonly contract: string
  readonly version: string
  readonly asker: string
  readonly type: string
  readonly same: string
  readonly electors: string
  readonly until: number
  left: number
}

export class Model {
  now: number
  revision: Revision
  readonly #contracts: ReadonlyArray<ContractSpec>
  readonly proposals: Array<ModelProposal> = []
  readonly holds: Array<ModelHold> = []
  delegations: Array<Delegation> = []
  standing: Array<Standing> = []
  readonly owners = new Map<string, { readonly owner: string; readonly instead: string | undefined }>()
  readonly tasks: Array<string> = []

  constructor(contracts: ReadonlyArray<ContractSpec>, revision: Revision, now: number) {
    this.#contracts = contracts
    this.revision = revision
    this.now = now
  }

  isThere(name: string): boolean {
    return (isHuman(name) || (AGENTS as ReadonlyArray<string>).includes(name)) && !this.revision.absent.includes(name)
  }

  /** In the order in which they were opened. */
  get stillOpen(): ReadonlyArray<ModelProposal> {
    return this.proposals.filter((one) => !this.#isOver(one))
  }

  // ── what can be asked ─────────────────────────────────────────────────────────────────────────────────────────────

  /** The verdict at once. `name` is how the product calls the place of the event. */
  publish(type: 0 | 1, asker: string, data: { service: number; n: number }, name: string): "allow" | "deny" | "hold" {
    if (this.revision.denies && type === 0) return "deny"
    const asking = this.#contracts.map((spec, index) => ({ spec, index })).filter(({ spec }) => spec.type === type)
    if (asking.length === 0) return "allow"
    const hold: ModelHold = {
      id: `h-${name}`,
      type: `t${type}.requested`,
      asker,
      data: JSON.stringify(data),
      proposals: [],
      state: "held",
    }
    for (const [place, { spec, index }] of asking.entries()) {
      const electors = this.#electors(spec, asker, spec.level)
      if (electors.length === 0 || (spec.rule.kind === "approvals" && spec.rule.approvals > electors.length))
        return "deny"
      hold.proposals.push({
        ...this.#frozen(spec, electors),
        id: place === 0 ? `p-${name}` : `p-${name}.${place + 1}`,
        contract: `c${index}`,
        version: this.#version,
        asker,
        type: hold.type,
        same: spec.same ? `service ${data.service}` : hold.data,
        vetoers: (spec.veto ?? []).filter((one) => this.isThere(one)),
        escalate: spec.escalate,
        hold,
        motion: undefined,
      })
    }
    this.holds.push(hold)
    this.#open(hold.proposals)
    return "hold"
  }

  /** Was it opened? */
  open(spec: MotionSpec, asker: string, name: string): boolean {
    if (!this.isThere(asker)) return false
    const chosen = spec.kind === "election" || spec.kind === "assignment"
    if (spec.kind === "approval" && spec.rule.kind === "plurality") return false
    if (chosen && spec.candidates.some((one) => !this.isThere(one))) return false
    const electors = this.#electors(spec, asker)
    if (electors.length === 0 || (spec.rule.kind === "approvals" && spec.rule.approvals > electors.length)) return false
    const frozen = this.#frozen(spec, electors)
    const half = Math.floor(electors.length / 2) + 1
    if (spec.binding) {
      if (spec.narrowed && spec.from !== "org.humans") return false
      if (typeof spec.weights === "object") return false
      if (spec.rule.kind === "approvals" && spec.rule.approvals < half) return false
      const counts = frozen.cast && spec.rule.kind !== "approvals"
      if (counts && frozen.quorum !== undefined && frozen.quorum < half) return false
    }
    const owner = spec.binding && spec.kind === "election" && spec.document ? this.revision.owner : undefined
    this.#open([
      {
        ...frozen,
        quorum: spec.binding && frozen.cast ? (frozen.quorum ?? half) : frozen.quorum,
        id: `p-${name}`,
        contract: "members",
        version: "1",
        asker,
        type: "proposal.open.requested",
        same: JSON.stringify(spec),
        vetoers: [...(spec.veto ?? []), ...(owner === undefined ? [] : [owner])].filter((one) => this.isThere(one)),
        escalate: undefined,
        hold: undefined,
        motion: spec,
      },
    ])
    return true
  }

  /** Was it taken? */
  vote(id: string, by: string, choice: string, standing: { until: number; max: number } | undefined): boolean {
    const proposal = this.proposals.find((one) => one.id === id)
    if (proposal === undefined || this.#isOver(proposal) || !this.isThere(by)) return false
    const isVeto = choice === "deny" && proposal.vetoers.includes(by)
    if (proposal.state === "succeeded" && !(isVeto && this.now < proposal.releases)) return false
    const elector = proposal.electors.find(({ name }) => name === by)
    if (!isVeto && (elector === undefined || elector.joins > this.now)) return false
    const options = proposal.rule.kind === "plurality" ? proposal.rule.options : ["approve", "deny"]
    if (![...options, "abstain"].includes(choice) && !isVeto) return false
    if (standing !== undefined && choice !== "approve") return false
    this.#cast(proposal, by, choice)
    if (standing !== undefined) {
      const { contract, version, asker, type, same, electors } = proposal
      const kept = { by, contract, version, asker, type, same, electors: namesOf(electors) }
      this.standing.push({ ...kept, until: standing.until, left: standing.max })
    }
    this.#afterVote(proposal, by, choice)
    return true
  }

  cancel(id: string, by: string, isOperator: boolean): boolean {
    const hold = this.holds.find((one) => one.id === id && one.state === "held")
    const motion = this.proposals.find((one) => one.id === id && one.motion !== undefined && !this.#isOver(one))
    const asker = hold?.asker ?? motion?.asker
    if (asker === undefined) return false
    const resting = (hold?.proposals ?? [motion!]).filter(
      ({ state, releases }) => state === "succeeded" && releases > this.now,
    )
    if (!isOperator && by !== asker && !resting.some(({ vetoers }) => vetoers.includes(by))) return false
    if (hold !== undefined) this.#end(hold, "cancelled")
    else motion!.state = "cancelled"
    return true
  }

  delegate(id: string, from: string, to: string, on: string, until: number): boolean {
    if (!isHuman(from) || !isHuman(to) || from === to || !this.isThere(from) || !this.isThere(to)) return false
    this.delegations.push({ id, from, to, on, until })
    this.#settleAll()
    return true
  }

  revoke(id: string, by: string): boolean {
    if (!this.delegations.some((one) => one.id === id && one.from === by)) return false
    this.delegations = this.delegations.filter((one) => one.id !== id)
    this.#settleAll()
    return true
  }

  adopt(revision: Revision): void {
    this.revision = revision
    this.standing = this.standing.filter(({ contract, version }) => contract === "members" || version === this.#version)
    for (const [name, { instead }] of this.owners) if (instead !== revision.owner) this.owners.delete(name)
    this.#settleAll()
  }

  /** Everything that becomes due until then, in its time. */
  pass(to: number): void {
    for (;;) {
      const times = [
        ...this.delegations.map(({ until }) => until),
        ...this.proposals
          .filter((one) => !this.#isOver(one))
          .flatMap(({ state, deadline, releases, electors }) =>
            state === "active" ? [deadline, ...electors.map(({ joins }) => joins)] : [releases],
          ),
      ].filter((time) => time > this.now && time <= to)
      if (times.length === 0) break
      this.now = Math.min(...times)
      this.delegations = this.delegations.filter(({ until }) => until > this.now)
      this.#settleAll()
      for (const one of this.proposals) if (one.state === "succeeded" && !this.#isOver(one)) this.#takeEffect(one)
    }
    this.now = to
  }

  // ── how it goes ───────────────────────────────────────────────────────────────────────────────────────────────────

  get #version(): string {
    return this.revision.edited ? "edited" : "first"
  }

  /** Ended, or done with. */
  #isOver(one: ModelProposal): boolean {
    if (one.state !== "active" && one.state !== "succeeded") return true
    return one.hold === undefined ? one.executed : one.hold.state !== "held"
  }

  #meant(whom: Whom): ReadonlyArray<string> {
    const everybody = [...HUMANS, ...AGENTS].filter((name) => this.isThere(name))
    if (typeof whom !== "string") return whom.filter((name) => this.isThere(name))
    if (whom === "org.members") return everybody
    return everybody.filter((name) => (whom === "org.humans" ? isHuman(name) : LEADS.has(name)))
  }

  #electors(spec: Vote, asker: string, level?: ContractSpec["level"]): ModelProposal["electors"] {
    const { weights, self } = spec
    const weigh = (name: string): number =>
      weights === undefined ? 1 : weights === "members" ? WEIGHTS[name]! : (weights[name] ?? 1)
    const may = (name: string): boolean => self || name !== asker
    const first = this.#meant(spec.from).filter(may)
    const later = (level === undefined ? [] : this.#meant(level.to)).filter(
      (name) => may(name) && !first.includes(name),
    )
    const joining = this.now + (level?.after ?? 0) * MINUTE
    return [
      ...first.map((name) => ({ name, weight: weigh(name), joins: 0 })),
      ...later.map((name) => ({ name, weight: weigh(name), joins: joining })),
    ]
  }

  #frozen(spec: Vote, electors: ModelProposal["electors"]) {
    const first = electors.filter(({ joins }) => joins === 0).length
    const { quorum } = spec
    return {
      rule: spec.rule,
      cast: spec.cast || spec.rule.kind === "plurality",
      quorum: typeof quorum === "string" ? Math.ceil((first * Number.parseInt(quorum)) / 100) : quorum,
      electors,
      opened: this.now,
      deadline: this.now + spec.within * MINUTE,
      delay: (spec.delay ?? 0) * MINUTE,
      votes: new Map<string, string>(),
      state: "active" as const,
      releases: 0,
      option: undefined,
      executed: false,
    }
  }

  /** Approvals that stand are votes at once; then it may be decided already. */
  #open(proposals: ReadonlyArray<ModelProposal>): void {
    this.proposals.push(...proposals)
    const isAbout = (one: Standing, { contract, asker, type, same }: ModelProposal): boolean =>
      one.contract === contract && one.asker === asker && one.type === type && one.same === same
    for (const proposal of proposals)
      this.standing = this.standing.filter(
        (one) => !isAbout(one, proposal) || one.electors === namesOf(proposal.electors),
      )
    for (const proposal of proposals) {
      for (const one of this.standing) {
        if (proposal.state !== "active" || this.#isOver(proposal)) break
        if (!isAbout(one, proposal) || one.version !== proposal.version || one.until <= this.now) continue
        const elector = proposal.electors.find(({ name }) => name === one.by)
        if (elector === undefined || elector.joins > this.now || proposal.votes.has(one.by)) continue
        this.#cast(proposal, one.by, "approve")
        one.left--
        this.standing = this.standing.filter(({ left }) => left > 0)
        this.#afterVote(proposal, one.by, "approve")
      }
      this.#settle(proposal)
    }
  }

  #cast(proposal: ModelProposal, by: string, choice: string): void {
    proposal.votes.set(by, choice)
  }

  #afterVote(proposal: ModelProposal, by: string, choice: string): void {
    if (choice !== "deny" || !proposal.vetoers.includes(by)) return this.#settle(proposal)
    const resting = proposal.state === "succeeded"
    proposal.state = resting ? "cancelled" : "defeated"
    if (proposal.hold !== undefined) this.#end(proposal.hold, "denied")
  }

  #settleAll(): void {
    for (const one of this.proposals) this.#settle(one)
  }

  #settle(proposal: ModelProposal): void {
    if (proposal.state !== "active" || this.#isOver(proposal)) return
    const { rule, cast, quorum, electors, deadline } = proposal
    const stands = electors.map(({ name, weight, joins }) => {
      const choice = this.#choice(proposal, name)
      return { weight, first: joins === 0, choice, pending: choice === undefined && this.isThere(name) }
    })
    const end = fate(rule, cast, quorum, stands, this.now >= deadline)
    if (end.state === "active") return
    proposal.state = end.state
    if (end.state === "succeeded") {
      const { motion } = proposal
      const single = motion?.kind === "election" || motion?.kind === "assignment" ? motion.candidates[0] : undefined
      proposal.option = end.option ?? single
      proposal.releases = this.now + proposal.delay
      return this.#takeEffect(proposal)
    }
    const { hold } = proposal
    if (hold === undefined) return
    const further = end.state === "expired" ? this.#further(proposal) : undefined
    if (further === undefined) return this.#end(hold, end.state === "expired" ? "expired" : "denied")
    hold.proposals = hold.proposals.map((one) => (one === proposal ? further : one))
    this.#open([further])
  }

  /** A vote of one's own, else that of whom one has given it to; a circle abstains. */
  #choice({ votes, electors, type }: ModelProposal, from: string): string | undefined {
    const passed: Array<string> = []
    for (let name = from; ;) {
      if (votes.has(name)) return votes.get(name)
      if (passed.includes(name)) return "abstain"
      passed.push(name)
      const elector = electors.find((one) => one.name === name)!
      if (!this.isThere(name) || elector.joins > this.now) return undefined
      const given = this.delegations.filter(
        (one) =>
          one.from === name &&
          (one.on === "**" || type.startsWith(one.on.replaceAll("*", ""))) &&
          electors.some((other) => other.name === one.to),
      )
      const newest = given.at(-1)
      if (newest === undefined) return undefined
      name = newest.to
    }
  }

  #further(expired: ModelProposal): ModelProposal | undefined {
    if (expired.escalate === undefined) return undefined
    const asked: Vote = {
      from: expired.escalate,
      rule: { kind: "approvals", approvals: 1 },
      cast: false,
      within: (expired.deadline - expired.opened) / MINUTE,
      self: false,
    }
    const electors = this.#electors(asked, expired.asker)
    if (electors.length === 0) return undefined
    const { contract, version, asker, type, hold } = expired
    return {
      ...this.#frozen(asked, electors),
      id: `${expired.id}.e`,
      contract,
      version,
      asker,
      type,
      // It names no paths: all of the data is to be the same.
      same: hold!.data,
      vetoers: [],
      escalate: undefined,
      hold,
      motion: undefined,
    }
  }

  #takeEffect(proposal: ModelProposal): void {
    const { hold, motion } = proposal
    if (hold !== undefined) {
      if (hold.proposals.some(({ state, releases }) => state !== "succeeded" || releases > this.now)) return
      hold.state = this.revision.denies && hold.type === "t0.requested" ? "denied" : "released"
      return
    }
    if (proposal.releases > this.now) return
    proposal.executed = true
    const { option } = proposal
    if (motion!.binding !== true || option === undefined || !this.isThere(option)) return
    if (motion!.kind === "assignment") this.tasks.push(option)
    if (motion!.kind === "election" && motion!.document)
      this.owners.set("plan.md", { owner: option, instead: this.revision.owner })
  }

  #end(hold: ModelHold, state: "denied" | "expired" | "cancelled"): void {
    hold.state = state
    for (const one of hold.proposals) if (one.state === "active") one.state = "cancelled"
  }
}

const isHuman = (name: string): boolean => (HUMANS as ReadonlyArray<string>).includes(name)
const namesOf = (electors: ModelProposal["electors"]): string => electors.map(({ name }) => name).join(" ")

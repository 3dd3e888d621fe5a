/**
 * The whole life of proposals, those of contracts and those of members, against a model of what the design says, in
 * random lives: votes, changes of mind, delegations, standing approvals, what is taken back, vetoes, time, members who
 * leave, revisions, restarts. The model's oracle counts every way in which the votes that remain could be cast.
 *
 * `CHARTER_PROPERTY_RUNS=5000 npm test -- test/kernel/proposals.test.ts` for more of them.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Actor } from "../../src/domain/event.ts"
import { hasErrors } from "../../src/domain/diagnostic.ts"
import { HOLD_ENDS } from "../../src/domain/proposal.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Answer, Command } from "../../src/kernel/command.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { evolve } from "../../src/kernel/evolve.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { parseFile } from "../../src/language/load.ts"
import { Model } from "../support/proposals/model.ts"
import {
  AGENTS,
  contracts,
  type ContractSpec,
  FIRST,
  HUMANS,
  MINUTE,
  motion,
  motionData,
  ORG,
  type Revision,
  revision,
  textOf,
} from "../support/proposals/rules.ts"

const RUNS = Number(process.env["CHARTER_PROPERTY_RUNS"] ?? 600)
const START = Date.UTC(2026, 10, 5, 9)

const everybody = fc.constantFrom<string>(...HUMANS, ...AGENTS, "zoe")
const anyHuman = fc.constantFrom<string>(...HUMANS)
const sometimes = fc.integer({ min: 0, max: 9 }).map((number) => number === 0)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      type: fc.constantFrom(0 as const, 1 as const),
      by: everybody,
      data: fc.record({ service: fc.nat(1), n: fc.nat(1) }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("open" as const), spec: motion, by: everybody }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("vote" as const),
      /** Of those that are open; now and then of all. */
      which: fc.nat(9),
      ofAll: sometimes,
      /** Of its electors, all of them or one; now and then anybody. */
      who: fc.oneof(
        { weight: 2, arbitrary: fc.constant("all" as const) },
        { weight: 6, arbitrary: fc.nat(6) },
        { weight: 1, arbitrary: everybody },
      ),
      choice: fc.constantFrom("approve", "approve", "approve", "deny", "abstain", "first", "second"),
      standing: fc.option(
        fc.record({ minutes: fc.integer({ min: 1, max: 20 }), max: fc.integer({ min: 1, max: 3 }) }),
        {
          freq: 4,
          nil: undefined,
        },
      ),
    }),
  },
  // Nobody is against it.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("vote" as const),
      which: fc.nat(9),
      ofAll: fc.constant(false),
      who: fc.constant("all" as const),
      choice: fc.constant("first"),
      standing: fc.option(fc.constant({ minutes: 30, max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("delegate" as const),
      from: fc.oneof({ weight: 5, arbitrary: anyHuman }, everybody),
      to: fc.oneof({ weight: 5, arbitrary: anyHuman }, everybody),
      on: fc.constantFrom("**", "t0.*", "proposal.**"),
      minutes: fc.integer({ min: 1, max: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revoke" as const), back: fc.nat(3), by: everybody }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("revoke standing" as const),
      back: fc.nat(3),
      /** Now and then somebody else than who gave it. */
      by: fc.option(everybody, { freq: 2, nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(9), ofAll: sometimes, by: everybody }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 2 * MINUTE }), fc.constantFrom(MINUTE, 2 * MINUTE, 6 * MINUTE)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("adopt" as const), revision }) },
  /** The same again, for the approvals that stand. */
  { weight: 4, arbitrary: fc.constant({ kind: "again" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** The product, driven through its commands, and what its records say has become of everything. */
class Product {
  readonly #specs: ReadonlyArray<ContractSpec>
  readonly #revisions = new Map<string, Definitions>()
  readonly records: Array<LogRecord> = []
  readonly proposals = new Map<string, string>()
  readonly holds = new Map<string, string>()
  readonly tasks: Array<string> = []
  state = emptyState(ORG)
  now = START
  #definitions: Definitions
  #ids = 0

  constructor(specs: ReadonlyArray<ContractSpec>) {
    this.#specs = specs
    this.#definitions = this.definitions(FIRST)
    this.adopt(FIRST)
  }

  definitions(wanted: Revision): Definitions {
    const text = textOf(this.#specs, wanted)
    const known = this.#revisions.get(text)
    if (known !== undefined) return known
    const parsed = parseFile("rules.yaml", text)
    if (hasErrors(parsed.diagnostics)) throw new Error(`${text}\n${JSON.stringify(parsed.diagnostics)}`)
    const made = new Definitions({
      revision: `r${this.#revisions.size}`,
      contracts: parsed.contracts,
      organizations: parsed.organizations,
    })
    this.#revisions.set(text, made)
    return made
  }

  execute(command: Command): Answer {
    return this.#turn((turn) => turn.execute(command))
  }

  publish(type: string, by: string, data: unknown): Answer {
    const id = `e${++this.#ids}`
    return this.execute({
      kind: "publish",
      fresh: true,
      event: { id, source: "s", type, org: ORG, actor: actorOf(by), data },
    })
  }

  adopt(wanted: Revision): void {
    const definitions = this.definitions(wanted)
    const data: BuiltinData["contracts.revised"] = {
      revision: definitions.revision,
      added: [],
      removed: [],
      changed: [],
      manifest: definitions.revision,
      summary: "",
    }
    this.#turn((turn) => turn.adopt(definitions, data, { name: "charter", kind: "system", roles: [] }))
    this.#definitions = definitions
    while (this.#turn((turn) => turn.catchUp(true))) continue
  }

  pass(to: number): void {
    while (this.state.nextTimer <= to) {
      this.now = Math.max(this.now, this.state.nextTimer)
      this.execute({ kind: "tick" })
    }
    this.now = to
    this.execute({ kind: "tick" })
  }

  restart(): void {
    this.state = decodeState(encodeState(this.state))
  }

  /** From nothing, by the records alone. */
  rebuilt(): string {
    const state = emptyState(ORG)
    let definitions = new Definitions({ revision: "none", contracts: [], organizations: [] })
    for (const record of this.records) {
      if (record.event.type === "contracts.revised") {
        const { revision: name } = record.event.data as BuiltinData["contracts.revised"]
        definitions = [...this.#revisions.values()].find((one) => one.revision === name)!
      }
      evolve(state, definitions, record)
    }
    return encodeState(state)
  }

  #turn<A>(act: (turn: Turn) => A): A {
    const turn = new Turn(this.state, this.#definitions, this.now)
    const answer = act(turn)
    this.records.push(...turn.records)
    for (const record of turn.records) this.#read(record)
    return answer
  }

  #read({ event, decision }: LogRecord): void {
    if (decision?.verdict === "hold") this.holds.set(decision.hold!, "held")
    const end = HOLD_ENDS[event.type]
    if (end !== undefined) {
      const { hold } = event.data as BuiltinData["hold.released"]
      expect(this.holds.get(hold), `${hold} ends once`).toBe("held")
      this.holds.set(hold, end)
    }
    switch (event.type as keyof BuiltinData) {
      case "proposal.opened":
        this.proposals.set((event.data as BuiltinData["proposal.opened"]).id, "active")
        return
      case "proposal.succeeded":
      case "proposal.defeated":
      case "proposal.expired":
      case "proposal.cancelled": {
        const { proposal, option } = event.data as BuiltinData["proposal.succeeded"]
        const state = event.type.slice("proposal.".length)
        const before = this.proposals.get(proposal)!
        const stopped = state === "cancelled" && before.startsWith("succeeded")
        expect(before === "active" || stopped, `${proposal} is decided once: ${before}, then ${state}`).toBe(true)
        this.proposals.set(proposal, state === "succeeded" && option !== undefined ? `${state} ${option}` : state)
        return
      }
      case "proposal.executed": {
        const { proposal } = event.data as BuiltinData["proposal.executed"]
        this.proposals.set(proposal, `${this.proposals.get(proposal)!} executed`)
        return
      }
      case "task.created":
        this.tasks.push((event.data as BuiltinData["task.created"]).member)
    }
  }
}

const OPERATOR: Actor = { name: "root", kind: "operator", roles: [] }

const actorOf = (name: string): Actor => ({
  name,
  kind: (AGENTS as ReadonlyArray<string>).includes(name) ? "agent" : "human",
  roles: [],
})

/** What has come about in all lives together: each of it has to. */
const seen = new Map<string, number>([
  ["proposal.succeeded", 0],
  ["proposal.defeated", 0],
  ["proposal.expired", 0],
  ["proposal.cancelled", 0],
  ["proposal.escalated", 0],
  ["proposal.executed", 0],
  ["delegation.expired", 0],
  ["approval.revoked", 0],
  ["document.owner.changed", 0],
  ["task.created", 0],
  ["hold.released", 0],
  ["hold.denied", 0],
  ["hold.expired", 0],
  ["hold.cancelled", 0],
  ["a further proposal", 0],
  ["a vote that stood", 0],
  ["a circle", 0],
  ["a veto", 0],
  ["a delay", 0],
  ["a release that was denied", 0],
])

const note = ({ event, decision }: LogRecord): void => {
  const told = event.data as { reason?: string; release?: string; bystanding?: string; escalates?: string } | undefined
  const count = (what: string, is = true): void => {
    const before = seen.get(what)
    if (is && before !== undefined) seen.set(what, before + 1)
  }
  count(event.type)
  count("a further proposal", event.type === "proposal.opened" && told?.escalates !== undefined)
  count("a vote that stood", told?.bystanding !== undefined)
  count("a circle", told?.reason?.includes("in a circle") === true)
  count("a veto", told?.reason?.startsWith("vetoed") === true)
  count("a delay", told?.release !== undefined)
  count("a release that was denied", decision === undefined && told?.reason === "frozen")
}

const live = (specs: ReadonlyArray<ContractSpec>, steps: ReadonlyArray<Step>): number => {
  const product = new Product(specs)
  const model = new Model(specs, FIRST, START)
  let last: Step = { kind: "restart" }
  for (const one of steps) {
    if (one.kind === "publish" || one.kind === "open") last = one
    take(product, model, one.kind === "again" ? last : one)
    compare(product, model)
  }
  expect(product.rebuilt()).toBe(encodeState(product.state))
  product.records.forEach(note)
  return steps.length
}

const take = (product: Product, model: Model, one: Step): void => {
  const same = (answer: Answer, taken: boolean): void =>
    expect([one, isRefusal(answer) ? `refused: ${answer.message}` : "taken"]).toEqual([
      one,
      taken ? "taken" : expect.stringMatching(/^refused/),
    ])
  const place = (): string => `team-${product.state.position + 1}`
  switch (one.kind) {
    case "publish": {
      const name = place()
      const answer = product.publish(`t${one.type}.requested`, one.by, one.data)
      const verdict = model.publish(one.type, one.by, one.data, name)
      expect(isRefusal(answer) ? answer.message : answer.decision?.verdict).toBe(verdict)
      return
    }
    case "open": {
      const name = place()
      const answer = product.publish("proposal.open.requested", one.by, motionData(one.spec))
      return same(answer, model.open(one.spec, one.by, name))
    }
    case "vote": {
      const target = targetOf(model, one)
      if (target === undefined) return
      const electors = target.electors.map(({ name }) => name)
      const voters =
        one.who === "all" ? electors : [typeof one.who === "string" ? one.who : electors[one.who % electors.length]!]
      const options = target.rule.kind === "plurality" ? target.rule.options : ["approve", "deny"]
      const choice = one.choice === "first" ? options[0]! : one.choice === "second" ? options[1]! : one.choice
      const { standing } = one
      const until = product.now + (standing?.minutes ?? 0) * MINUTE
      for (const by of voters) {
        const name = place()
        const answer = product.execute({
          kind: "vote",
          proposal: target.id,
          by: actorOf(by),
          choice,
          ...(standing === undefined
            ? undefined
            : { standing: { until: new Date(until).toISOString(), max: standing.max } }),
        })
        same(answer, model.vote(target.id, by, choice, standing && { id: name, until, max: standing.max }))
        compare(product, model)
      }
      return
    }
    case "delegate": {
      const until = product.now + one.minutes * MINUTE
      const id = `d-${place()}`
      const answer = product.execute({
        kind: "delegate",
        by: actorOf(one.from),
        to: one.to,
        on: one.on,
        expires: new Date(until).toISOString(),
      })
      return same(answer, model.delegate(id, one.from, one.to, one.on, until))
    }
    case "revoke": {
      const id = model.delegations.at(-1 - one.back)?.id
      if (id === undefined) return
      return same(product.execute({ kind: "revokeDelegation", id, by: actorOf(one.by) }), model.revoke(id, one.by))
    }
    case "revoke standing": {
      const given = model.standing.at(-1 - one.back)
      if (given === undefined) return
      const { id } = given
      const by = one.by ?? given.by
      const isOperator = by === "zoe"
      return same(
        product.execute({ kind: "revokeStanding", id, by: isOperator ? OPERATOR : actorOf(by) }),
        model.revokeStanding(id, by, isOperator),
      )
    }
    case "cancel": {
      const proposal = targetOf(model, one)
      if (proposal === undefined) return
      const target = proposal.hold?.id ?? proposal.id
      const isOperator = one.by === "zoe"
      const by = isOperator ? OPERATOR : actorOf(one.by)
      return same(product.execute({ kind: "cancel", target, by }), model.cancel(target, one.by, isOperator))
    }
    case "pass":
      product.pass(product.now + one.ms)
      return model.pass(product.now)
    case "adopt":
      product.adopt(one.revision)
      return model.adopt(one.revision)
    case "again":
    case "restart":
      return product.restart()
  }
}

const targetOf = (model: Model, { which, ofAll }: { readonly which: number; readonly ofAll: boolean }) => {
  const list = ofAll ? model.proposals : model.stillOpen
  return list[which % Math.max(1, list.length)]
}

const compare = (product: Product, model: Model): void => {
  const proposals = model.proposals.map(({ id, state, option, executed }) => [
    id,
    `${state}${state === "succeeded" && option !== undefined ? ` ${option}` : ""}${executed ? " executed" : ""}`,
  ])
  expect(Object.fromEntries(product.proposals)).toEqual(Object.fromEntries(proposals))
  expect(Object.fromEntries(product.holds)).toEqual(Object.fromEntries(model.holds.map(({ id, state }) => [id, state])))
  expect(product.tasks).toEqual(model.tasks)
  expect(Object.fromEntries(product.state.owners)).toEqual(Object.fromEntries(model.owners))
  expect([...product.state.delegations.keys()]).toEqual(model.delegations.map(({ id }) => id))
  const standing = [...product.state.standing.values()].filter(({ until }) => until > product.now)
  expect(standing.map(({ id, left }) => [id, left])).toEqual(model.standingNow.map(({ id, left }) => [id, left]))
  // Only what is open takes room.
  expect([...product.state.proposals.keys()]).toEqual(model.stillOpen.map(({ id }) => id))
}

describe("proposals", () => {
  it("live as the design says, and are what their records make them", { timeout: 600_000 }, () => {
    let taken = 0
    fc.assert(
      fc.property(contracts, fc.array(step, { minLength: 1, maxLength: 80, size: "max" }), (specs, steps) => {
        taken += live(specs, steps)
      }),
      { numRuns: RUNS },
    )
    console.log(`${taken} steps in ${RUNS} lives: ${[...seen].map(([what, times]) => `${times} ${what}`).join(", ")}`)
    expect([...seen].filter(([, times]) => times === 0)).toEqual([])
  })
})

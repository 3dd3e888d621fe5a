/**
 * What the decisions should have been, from the rules as they were meant and in a few plain lines: any denial denies, a
 * limit that is used up denies or waits, a requirement holds, then what allows, then the organization's default. Limits
 * are counted from the log alone. Where something hangs on what is not modelled, nothing is said.
 */
import type { BuiltinData } from "../../src/domain/builtins.ts"
import { CHANGE_RULES } from "../../src/domain/change.ts"
import type { Decision } from "../../src/domain/decision.ts"
import type { Event } from "../../src/domain/event.ts"
import { classOf, isRequest, typeMatches } from "../../src/domain/eventTypes.ts"
import { HOLD_ENDS } from "../../src/domain/proposal.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { CHAINS, type Rule, type RuleEffect, type World } from "./world.ts"

type LimitEffect = Extract<RuleEffect, { kind: "limit" }>

/** What has been let through, and what is held: limits count both. */
interface Window {
  readonly passed: Array<{ readonly time: number; readonly cost: number }>
  readonly held: Map<string, number>
}

interface Given {
  readonly owner?: string
  readonly member?: string
}

interface Hold {
  readonly event: Event
  readonly keys: ReadonlyArray<string>
  readonly waitsForRoom: boolean
}

export class Model {
  readonly #worlds: ReadonlyMap<string, World>
  readonly #say: (what: string) => void
  readonly #windows = new Map<string, Window>()
  readonly #holds = new Map<string, Hold>()
  /** What a decision of members promises, and when it was made. */
  #owed: { readonly to: string; readonly by: string; readonly time: string } | undefined
  readonly #letThrough = new Set<string>()
  readonly #changed = new Set<string>()
  #world: World | undefined
  compared = 0

  /** `worlds` by revision, of one organization. */
  constructor(worlds: ReadonlyMap<string, World>, say: (what: string) => void) {
    this.#worlds = worlds
    this.#say = say
  }

  add({ event, decision }: LogRecord): void {
    if (event.type === "contracts.revised")
      this.#world = this.#worlds.get((event.data as BuiltinData["contracts.revised"]).revision)
    this.#enforce(event)
    if (event.type === CHANGE_RULES || event.type === "contract.changed" || event.type === "contract.change.failed")
      this.#change(event, decision)
    if (HOLD_ENDS[event.type] !== undefined || event.type === "hold.continued") return this.#ended(event)
    if (decision === undefined || classOf(event.type) !== "gated") return
    if (decision.rule !== "bound") this.#compare(event, decision, Date.parse(event.time))
    this.#take(event, decision, Date.parse(event.time))
  }

  #ended(end: Event): void {
    const { hold: id, decision } = end.data as BuiltinData["hold.released"]
    const hold = this.#holds.get(id)
    if (hold === undefined) return
    const now = Date.parse(end.time)
    for (const key of hold.keys) {
      const window = this.#windows.get(key)!
      const cost = window.held.get(id)!
      window.held.delete(id)
      if (end.type === "hold.released") window.passed.push({ time: now, cost })
    }
    if (end.type === "hold.released" && hold.event.type === CHANGE_RULES) this.#change(hold.event, decision)
    if (end.type !== "hold.continued") this.#holds.delete(id)
    if (end.type === "hold.released" && this.#denying(hold.event).length > 0)
      this.#say(`${id} was released, though ${this.#denying(hold.event)[0]!.id} denies it`)
    // What waited for votes has taken its part before, under the rules of that time.
    if (hold.waitsForRoom && decision.verdict !== "deny") this.#take(hold.event, decision, now)
  }

  #compare(event: Event, decision: Decision, now: number): void {
    const expected = this.#expected(event, now)
    if (expected === undefined) return
    this.compared++
    // Nobody who could approve: then a requirement denies.
    if (expected === "hold" && decision.verdict === "deny" && decision.rule === "require") return
    if (decision.verdict !== expected)
      this.#say(
        `${event.id} (${event.type}) should be ${expected}, and is ${decision.verdict}: ${decision.reason ?? decision.rule}`,
      )
  }

  #expected(event: Event, now: number): Decision["verdict"] | undefined {
    if (this.#denying(event).length > 0) return "deny"
    const matching = this.#rules(event)
    if (matching.some(({ rule, holds }) => holds === undefined && !rule.shadow)) return undefined
    const effects = matching.flatMap(({ rule }) => (rule.shadow ? [] : rule.effects))
    if (effects.some(({ kind }) => kind === "budget")) return undefined
    const limits = effects.flatMap((effect) =>
      effect.kind === "limit" ? [{ effect, state: this.#state(effect, event, now) }] : [],
    )
    const full = limits.filter(({ state }) => state !== "room")
    if (full.some(({ effect, state }) => state === "never" && effect.otherwise !== "escalate")) return "deny"
    if (full.some(({ effect }) => effect.otherwise === "deny" && effect.keyOf !== undefined)) return "deny"
    if (full.some(({ state }) => state === "unknown")) return undefined
    if (full.some(({ effect }) => effect.otherwise === "defer")) return "hold"
    if (full.length > 0 || effects.some(({ kind }) => kind === "require")) return "hold"
    if (effects.some(({ kind }) => kind === "allow") || !isRequest(event.type)) return "allow"
    if (event.type === CHANGE_RULES) return this.#expectedOfChange(event)
    return this.#world?.denying.has(event.org) === true ? "deny" : "allow"
  }

  /** No contract speaks to it: an operator's passes, and so does a member's own; else a human is asked. */
  #expectedOfChange({ actor, org }: Event): Decision["verdict"] {
    if (actor.kind === "operator") return "allow"
    if (this.#world?.denying.has(org) === true) return "deny"
    return actor.kind === "human" && this.#world?.humans.get(org)?.includes(actor.name) === true ? "allow" : "hold"
  }

  /** Who was chosen with binding effect, and is still there, gets his task or his document in the same commit. */
  #enforce({ type, data, org, time }: Event): void {
    const owed = this.#owed
    const got = type === "document.owner.changed" || type === "task.created" ? (data as Given) : undefined
    if (owed !== undefined && (got?.owner ?? got?.member) === owed.to) this.#owed = undefined
    else if (owed !== undefined && time !== owed.time) {
      this.#say(`${owed.to} was chosen by ${owed.by}, and has got nothing`)
      this.#owed = undefined
    }
    if (type !== "proposal.executed") return
    const { proposal, binding, option, document, kind } = data as BuiltinData["proposal.executed"]
    const isThere = option !== undefined && this.#world?.definitions.view(org).members.has(option) === true
    if (binding && isThere && (kind === "assignment" || document !== undefined))
      this.#owed = { to: option, by: proposal, time }
  }

  /** A change of the rules ends once, and takes effect only where it was let through. */
  #change(event: Event, decision: Decision | undefined): void {
    const { change } = event.data as { readonly change: string }
    if (event.type === CHANGE_RULES) {
      if (decision?.verdict === "allow") this.#letThrough.add(change)
      return
    }
    if (event.type === "contract.changed" && !this.#letThrough.has(change))
      this.#say(`${change} has taken effect, and was not let through`)
    if (this.#changed.has(change)) this.#say(`${change} has ended twice`)
    this.#changed.add(change)
  }

  #denying(event: Event): ReadonlyArray<Rule> {
    return this.#rules(event).flatMap(({ rule, holds }) =>
      holds === true && !rule.shadow && rule.effects.some(({ kind }) => kind === "deny") ? [rule] : [],
    )
  }

  /** Those that speak to it, and whether their condition holds. */
  #rules(event: Event): ReadonlyArray<{ readonly rule: Rule; readonly holds: boolean | undefined }> {
    return (this.#world?.rules ?? []).flatMap((rule) => {
      if (!CHAINS[event.org]!.includes(rule.scope) || !typeMatches(rule.on, event.type)) return []
      const holds = rule.holds(event)
      return holds === false ? [] : [{ rule, holds }]
    })
  }

  /** `never`: it costs more than there could ever be. */
  #state(effect: LimitEffect, event: Event, now: number): "room" | "full" | "never" | "unknown" {
    if (effect.keyOf === undefined) return "unknown"
    const cost = effect.costOf(event)
    const { passed, held } = this.#window(`${effect.window} ${effect.keyOf(event)}`)
    let used = cost
    for (const one of passed) if (one.time > now - effect.within) used += one.cost
    for (const one of held.values()) used += one
    if (used <= effect.max) return "room"
    return cost > effect.max ? "never" : "full"
  }

  /** What is allowed or held takes its part; what waits for room takes none. */
  #take(event: Event, decision: Decision, now: number): void {
    const held = decision.verdict === "hold"
    if (decision.verdict === "deny" || decision.verdict === "expired") return
    const keys: Array<string> = []
    const waitsForRoom = held && decision.rule === "limit"
    if (!waitsForRoom)
      for (const { contract } of decision.outcomes)
        for (const effect of this.#effectsOf(contract)) {
          if (effect.kind !== "limit" || effect.keyOf === undefined) continue
          if (this.#state(effect, event, now) !== "room" && effect.otherwise !== "escalate") continue
          const key = `${effect.window} ${effect.keyOf(event)}`
          const cost = effect.costOf(event)
          if (held) this.#window(key).held.set(decision.hold!, cost)
          else this.#window(key).passed.push({ time: now, cost })
          keys.push(key)
        }
    if (held) this.#holds.set(decision.hold!, { event, keys, waitsForRoom })
  }

  #effectsOf(contract: string): ReadonlyArray<RuleEffect> {
    return this.#world?.rules.find(({ scope, id }) => `${scope}/${id}` === contract)?.effects ?? []
  }

  #window(key: string): Window {
    let window = this.#windows.get(key)
    if (window === undefined) this.#windows.set(key, (window = { passed: [], held: new Map() }))
    return window
  }
}

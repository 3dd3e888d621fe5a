/**
 * The decision on one event: which contracts match, what they make of it together, and what follows. Pure: reads the
 * state and the definitions of one revision, changes neither.
 */
import type { ContractOutcome, Decision, DecidingRule, LimitUse, Verdict } from "../domain/decision.ts"
import { durationInWords } from "../domain/duration.ts"
import { type Event, requesterOf } from "../domain/event.ts"
import { isRequest } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import { type Cell, match, type Matches } from "./cell.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow, placeName, stamp } from "./draft.ts"
import { EventFacts } from "./eventFacts.ts"
import { followUps, tasksOf } from "./effects.ts"
import { interpolate } from "./interpolate.ts"
import { keyInWords } from "./keys.ts"
import { announcesExceeded, checkLimit, type LimitRule } from "./limits.ts"
import { type LinkedContract, uponOf } from "./linkedContract.ts"
import { openProposals } from "./openProposals.ts"
import type { OrganizationState } from "./state.ts"

export interface Decided {
  readonly record: LogRecord
  /** What follows, in order; each is decided in turn, under the same revision and in the same commit. */
  readonly derived: ReadonlyArray<Draft>
}

/** Derivations inside one commit; a request beyond it is held for a human. */
export const MAX_DEPTH = 16
/** Tasks and mentions of one correlation in a row; the next run is held for a human. */
export const MAX_HOPS = 64

const NONE: ReadonlyArray<never> = []

/** `crowded`: this commit holds as many derived events as it may; further requests in it are held for a human. */
export const decide = (
  state: OrganizationState,
  definitions: Definitions,
  draft: Draft,
  now: number,
  crowded = false,
): Decided => {
  const event = stamp(draft, state.org, state.position + 1, now)
  const cell = definitions.cell(state.org, event.type)
  return cell.eventClass === "gated"
    ? decideGated(state, definitions, event, cell, now, crowded)
    : observe(state, definitions, event, cell, now, crowded)
}

/** What is asked for: every effect applies. */
const decideGated = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  cell: Cell,
  now: number,
  crowded: boolean,
): Decided => {
  const facts = new EventFacts(event, now, state, definitions)
  const matches = match(cell, facts)
  const fallback = fallbackVerdict(definitions, event)
  const bound = boundOf(event, crowded, MAX_DERIVED_REQUESTS_PER_TURN)
  if (matches.matched.length === 0 && matches.unavailable.length === 0 && fallback === "allow" && bound === undefined)
    return { record: { event, decision: plainAllow(definitions.revision, facts) }, derived: builtInEffects(event) }

  const considered = matches.matched.map((linked) => consider(linked, event, state, now))
  const enforced = withoutShadows(considered)
  const combined = combine(enforced, matches, fallback, event)
  const base: { -readonly [Key in keyof Decision]: Decision[Key] } = {
    v: 1,
    verdict: combined.verdict,
    rule: combined.rule,
    revision: definitions.revision,
    outcomes: considered.map((one) => one.outcome),
    contracts: combined.contracts,
  }
  if (facts.seen !== undefined) base.values = facts.seen
  if (enforced !== considered) {
    // Had shadow contracts been enforced.
    const { verdict } = combine(considered, matches, fallback, event)
    if (verdict !== combined.verdict) base.wouldBe = verdict
  }

  if (combined.verdict === "hold" || (combined.verdict === "allow" && bound !== undefined)) {
    const opened = openProposals(definitions, event, combined.verdict === "hold" ? combined.requiring : [], bound, now)
    if (opened.impossible === undefined) {
      const decision: Decision = {
        ...base,
        verdict: "hold",
        rule: bound === undefined ? "require" : "bound",
        contracts: [...new Set(opened.proposals.map((proposal) => proposal.contract))],
        reason: opened.reason,
        hold: `h-${placeName(event.org, event.seq)}`,
        proposals: opened.proposals.map((proposal) => proposal.id),
        ...emitsOf(announced(considered, "hold")),
      }
      return {
        record: { event, decision },
        derived: [...opened.drafts, ...followUps(considered, "hold", definitions, event)],
      }
    }
    return denied(
      event,
      { ...base, rule: "require", contracts: [opened.impossible.contract], reason: opened.impossible.reason },
      considered,
      state,
      now,
      definitions,
    )
  }
  if (combined.verdict === "deny")
    return denied(event, { ...base, reason: combined.reason }, considered, state, now, definitions)

  const tasks = tasksOf(enforced, definitions, event, event.seq)
  if (tasks.ids.length > 0) base.tasks = tasks.ids
  const emits = announced(considered, "allow")
  if (emits.length > 0) base.emits = emits
  return {
    record: { event, decision: base },
    derived: joined(tasks.drafts, followUps(considered, "allow", definitions, event), builtInEffects(event)),
  }
}

/** What has happened already, or is control: contracts may route, emit and notify. */
const observe = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  cell: Cell,
  now: number,
  crowded: boolean,
): Decided => {
  if (cell.candidates.length === 0) return { record: { event }, derived: NONE }
  const facts = new EventFacts(event, now, state, definitions)
  const { matched } = match(cell, facts)
  if (matched.length === 0) return { record: { event }, derived: NONE }
  const considered = matched.map((linked) => consider(linked, event, state, now))
  const bound = boundOf(event, crowded, MAX_DERIVED_PER_TURN)
  const tasks =
    bound === undefined
      ? tasksOf(
          considered.filter((one) => !one.linked.shadow),
          definitions,
          event,
          event.seq,
        )
      : NO_TASKS
  const decision: Decision = {
    v: 1,
    verdict: "allow",
    rule: "default",
    revision: definitions.revision,
    outcomes: considered.map((one) => one.outcome),
    contracts: NONE,
    ...(facts.seen === undefined ? undefined : { values: facts.seen }),
    ...(tasks.ids.length === 0 ? undefined : { tasks: tasks.ids }),
  }
  if (bound !== undefined)
    return {
      record: { event, decision },
      derived:
        event.type === "bound.exceeded" ? NONE : [follow(event, "bound.exceeded", { ...bound, event: event.id })],
    }
  return {
    record: { event, decision },
    derived: [...tasks.drafts, ...followUps(considered, "allow", definitions, event)],
  }
}

/**
 * The second decision on a held event whose requirements are met: a `deny` of the revision now in force still denies,
 * later requirements are not added, limits were reserved when it was held.
 */
export const decideRelease = (
  state: OrganizationState,
  definitions: Definitions,
  held: { readonly event: Event; readonly decision: Decision },
  now: number,
): { readonly decision: Decision; readonly derived: ReadonlyArray<Draft> } => {
  const event = atDepthZero(held.event)
  const facts = new EventFacts(event, now, state, definitions)
  const matches = match(definitions.cell(state.org, event.type), facts)
  const considered = matches.matched.map((linked) => withoutLimits(linked))
  const enforced = considered.filter((one) => !one.linked.shadow)
  const denying = enforced.filter((one) => one.linked.deny !== undefined)
  const unavailable = matches.unavailable.filter((one) => !one.linked.shadow)
  const base = {
    v: 1,
    revision: definitions.revision,
    outcomes: considered.map((one) => one.outcome),
    ...(facts.seen === undefined ? undefined : { values: facts.seen }),
    first: { revision: held.decision.revision, seq: event.seq },
    ...(held.decision.hold === undefined ? undefined : { hold: held.decision.hold }),
    ...(held.decision.proposals === undefined ? undefined : { proposals: held.decision.proposals }),
  } as const
  if (denying.length > 0 || unavailable.length > 0) {
    const decision: Decision = {
      ...base,
      verdict: "deny",
      rule: denying.length > 0 ? "deny" : "unavailable",
      contracts: (denying.length > 0 ? denying : unavailable).map((one) => one.linked.contract.fullName),
      reason: denying.length > 0 ? interpolate(denying[0]!.linked.deny!, event) : unavailable[0]!.reason,
    }
    return { decision, derived: [...refused(event, decision), ...followUps(considered, "deny", definitions, event)] }
  }
  const tasks = tasksOf(enforced, definitions, event, event.seq)
  const decision: Decision = {
    ...base,
    verdict: "allow",
    rule: "released",
    contracts: held.decision.contracts,
    ...(tasks.ids.length === 0 ? undefined : { tasks: tasks.ids }),
  }
  return {
    decision,
    derived: [...tasks.drafts, ...followUps(considered, "allow", definitions, event), ...builtInEffects(event)],
  }
}

/** The second decision on a held event whose requirements failed: the contracts that made it wait may speak upon it. */
export const decideFailure = (
  definitions: Definitions,
  held: { readonly event: Event; readonly decision: Decision },
  rule: "defeated" | "expired" | "cancelled",
  contracts: ReadonlyArray<string>,
  reason: string,
): { readonly decision: Decision; readonly derived: ReadonlyArray<Draft> } => {
  const event = atDepthZero(held.event)
  const verdict: Verdict = rule === "expired" ? "expired" : "deny"
  const considered: Array<Considered> = []
  for (const outcome of held.decision.outcomes) {
    const linked = definitions.contracts.get(outcome.contract)
    if (linked !== undefined) considered.push({ linked, outcome })
  }
  const decision: Decision = {
    v: 1,
    verdict,
    rule,
    revision: definitions.revision,
    outcomes: held.decision.outcomes,
    contracts,
    reason,
    first: { revision: held.decision.revision, seq: event.seq },
    ...(held.decision.hold === undefined ? undefined : { hold: held.decision.hold }),
    ...(held.decision.proposals === undefined ? undefined : { proposals: held.decision.proposals }),
  }
  return { decision, derived: [...refused(event, decision), ...followUps(considered, verdict, definitions, event)] }
}

/** A held event ends in another commit than it began in: depth counts anew. */
const atDepthZero = ({ depth: _, ...event }: Event): Event => event

/** A contract that matched, and what its own effects make of the event. */
export interface Considered {
  readonly linked: LinkedContract
  readonly outcome: ContractOutcome
  /** Its first limit that is used up. */
  readonly exceeded?: { readonly rule: LimitRule; readonly use: LimitUse }
}

const consider = (linked: LinkedContract, event: Event, state: OrganizationState, now: number): Considered => {
  if (linked.limits.length === 0) return withoutLimits(linked)
  let exceeded: { rule: LimitRule; use: LimitUse } | undefined
  const limits = linked.limits.map((rule): LimitUse => {
    const check = checkLimit(state.limits, rule, event, now)
    const use: LimitUse = { effect: rule.effect, max: rule.limit.max, ...check }
    if (check.exceeded) exceeded ??= { rule, use }
    return use
  })
  const outcome: ContractOutcome = { ...linked.outcome, limits }
  return exceeded === undefined ? { linked, outcome } : { linked, outcome: { ...outcome, verdict: "deny" }, exceeded }
}

const withoutLimits = (linked: LinkedContract): Considered => ({ linked, outcome: linked.outcome })

/** The same list where no contract is a shadow. */
const withoutShadows = (considered: ReadonlyArray<Considered>): ReadonlyArray<Considered> =>
  considered.some((one) => one.linked.shadow) ? considered.filter((one) => !one.linked.shadow) : considered

interface Combined {
  readonly verdict: "allow" | "deny" | "hold"
  readonly rule: DecidingRule
  readonly contracts: ReadonlyArray<string>
  readonly reason: string
  readonly requiring: ReadonlyArray<LinkedContract>
}

/** The combination rules: any deny, then a limit that is used up, then every requirement, then allow or the default. */
const combine = (
  considered: ReadonlyArray<Considered>,
  matches: Matches,
  fallback: "allow" | "deny",
  event: Event,
): Combined => {
  const denying = among(considered, (one) => one.linked.deny !== undefined)
  if (denying.length > 0) return deny("deny", denying, interpolate(denying[0]!.linked.deny!, event))
  const unavailable = among(matches.unavailable, (one) => !one.linked.shadow)
  if (unavailable.length > 0)
    return deny(
      "unavailable",
      unavailable,
      `${unavailable[0]!.linked.contract.fullName} cannot be decided: ${unavailable[0]!.reason}`,
    )
  const exceeding = among(considered, (one) => one.exceeded !== undefined)
  if (exceeding.length > 0) return deny("limit", exceeding, limitReason(exceeding[0]!.exceeded!))
  const requiring = among(considered, (one) => one.linked.requires.length > 0).map((one) => one.linked)
  if (requiring.length > 0)
    return { verdict: "hold", rule: "require", contracts: requiring.map(nameOf), reason: "", requiring }
  const allowing = among(considered, (one) => one.linked.allows)
  if (allowing.length > 0)
    return {
      verdict: "allow",
      rule: "allow",
      contracts: allowing.map((one) => nameOf(one.linked)),
      reason: "",
      requiring: NONE,
    }
  return fallback === "allow"
    ? { verdict: "allow", rule: "default", contracts: NONE, reason: "", requiring: NONE }
    : deny("default", NONE, "no contract allows it, and this organization denies requests that no contract allows")
}

const deny = (
  rule: DecidingRule,
  by: ReadonlyArray<{ readonly linked: LinkedContract }>,
  reason: string,
): Combined => ({
  verdict: "deny",
  rule,
  contracts: by.map((one) => nameOf(one.linked)),
  reason,
  requiring: NONE,
})

const nameOf = (linked: LinkedContract): string => linked.contract.fullName

const limitReason = ({ rule, use }: { rule: LimitRule; use: LimitUse }): string => {
  const { limit } = rule
  const whose = limit.per.length === 0 ? "" : ` for ${keyInWords(use.key)}`
  const free = use.freeAt === undefined ? "" : `; free again at ${new Date(use.freeAt).toISOString()}`
  return `the limit of ${limit.max} in ${durationInWords(limit.within)}${whose} is used up${free}`
}

const fallbackVerdict = (definitions: Definitions, event: Event): "allow" | "deny" =>
  definitions.view(event.org).organization.default === "deny" && isRequest(event.type) ? "deny" : "allow"

const boundOf = (
  event: Event,
  crowded: boolean,
  max: number,
): { readonly bound: "depth" | "hops" | "fan-out"; readonly max: number } | undefined => {
  if ((event.depth ?? 0) > MAX_DEPTH) return { bound: "depth", max: MAX_DEPTH }
  if (event.type === "run.requested" && (event.hops ?? 0) > MAX_HOPS) return { bound: "hops", max: MAX_HOPS }
  return crowded && event.depth !== undefined ? { bound: "fan-out", max } : undefined
}

/**
 * Requests that follow from one command, those still to be decided too, before further ones are held: few enough that a
 * commit has room for all the holds.
 */
export const MAX_DERIVED_REQUESTS_PER_TURN = 64
/** Events that follow from one command before nothing follows from further facts among them. */
export const MAX_DERIVED_PER_TURN = 256

const NO_TASKS: ReturnType<typeof tasksOf> = { ids: [], drafts: [] }

const plainAllow = (revision: string, facts: EventFacts): Decision =>
  facts.seen === undefined
    ? { v: 1, verdict: "allow", rule: "default", revision, outcomes: NONE, contracts: NONE }
    : { v: 1, verdict: "allow", rule: "default", revision, outcomes: NONE, contracts: NONE, values: facts.seen }

const denied = (
  event: Event,
  decision: Omit<Decision, "verdict">,
  considered: ReadonlyArray<Considered>,
  state: OrganizationState,
  now: number,
  definitions: Definitions,
): Decided => {
  const full: Decision = { ...decision, verdict: "deny", ...emitsOf(announced(considered, "deny")) }
  const derived: Array<Draft> = []
  for (const one of considered) {
    if (one.exceeded === undefined || one.linked.shadow) continue
    const { rule, use } = one.exceeded
    if (announcesExceeded(state.limits, rule, use.key, now))
      derived.push(
        follow(event, "limit.exceeded", {
          contract: one.linked.contract.fullName,
          effect: use.effect,
          key: use.key,
          max: use.max,
          within: rule.limit.within,
        }),
      )
  }
  derived.push(...refused(event, full), ...followUps(considered, "deny", definitions, event))
  return { record: { event, decision: full }, derived }
}

const refused = (event: Event, decision: Decision): ReadonlyArray<Draft> =>
  isRequest(event.type)
    ? [
        follow(event, "request.denied", {
          event: event.id,
          type: event.type,
          reason: decision.reason ?? "",
          contracts: decision.contracts,
        }),
      ]
    : NONE

/** Types of the events that contracts emit upon this verdict, for the answer. */
const announced = (considered: ReadonlyArray<Considered>, verdict: Verdict): ReadonlyArray<string> => {
  const emits: Array<string> = []
  for (const one of considered)
    if (!one.linked.shadow)
      for (const { effect } of one.linked.follows)
        if (effect.effect === "emit" && uponOf(effect, one.outcome.verdict).includes(verdict)) emits.push(effect.type)
  return emits
}

const emitsOf = (emits: ReadonlyArray<string>): { readonly emits?: ReadonlyArray<string> } =>
  emits.length === 0 ? {} : { emits }

/** Nearly always all of them are empty. */
const joined = (...lists: ReadonlyArray<ReadonlyArray<Draft>>): ReadonlyArray<Draft> =>
  lists.some((list) => list.length > 0) ? lists.flat() : NONE

/** Those of the list that it says something of; nearly always none. */
const among = <A>(list: ReadonlyArray<A>, has: (one: A) => boolean): ReadonlyArray<A> =>
  list.some(has) ? list.filter(has) : NONE

/** What an allowed request does by itself, where it is one of the daemon's own operations. */
const builtInEffects = (event: Event): ReadonlyArray<Draft> => {
  if (event.type === "message.send.requested") {
    const { channel, to, text } = (event.data ?? {}) as { channel?: unknown; to?: unknown; text?: unknown }
    if (typeof text !== "string") return NONE
    return [
      follow(
        event,
        "message.posted",
        {
          text,
          ...(typeof channel === "string" ? { channel } : undefined),
          ...(typeof to === "string" ? { to } : undefined),
        },
        { ...requesterOf(event.actor) },
      ),
    ]
  }
  return NONE
}

/**
 * The decision on one event: which contracts match, what they make of it together, and what follows. Pure: reads the
 * state and the definitions of one revision, changes neither.
 */
import type { ContractOutcome, Decision, Verdict } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { isRequest } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import { timeText } from "../domain/timeText.ts"
import { type BuiltIn, builtInEffects } from "./builtInEffects.ts"
import { type Bound, boundExceeded, boundOf, HOLDS_BOUND, MAX_OPEN_HOLDS } from "./bounds.ts"
import { type Cell, match } from "./cell.ts"
import { type ChangeRule, CHANGES_CONTRACT, changeRule, isOperatorAspect, isOperators } from "./changes.ts"
import { type Combined, combine, withoutShadows } from "./combine.ts"
import { type Considered, consider } from "./considered.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow, placeName, stamp } from "./draft.ts"
import { announced, followUps, refused, tasksOf } from "./effects.ts"
import { EventFacts } from "./eventFacts.ts"
import { openProposals } from "./openProposals.ts"
import { scheduledTask } from "./schedules.ts"
import type { OrganizationState } from "./state.ts"

export interface Decided {
  readonly record: LogRecord
  /** What follows, in order; each is decided in turn, under the same revision and in the same commit. */
  readonly derived: ReadonlyArray<Draft>
}

/** `crowded`: the bound of its commit that it is beyond; a request is held for a human. */
export const decide = (
  state: OrganizationState,
  definitions: Definitions,
  draft: Draft,
  now: number,
  crowded?: Bound,
): Decided => {
  const event = stamp(draft, state.org, state.position + 1, now)
  const cell = definitions.cell(state.org, event.type)
  const gated = cell.eventClass === "gated"
  const bound = boundOf(state, event, gated) ?? crowded
  if (!gated) return observe(state, definitions, event, cell, now, bound)
  const { decision, derived } = judge(state, definitions, event, cell, now, bound)
  return { record: { event, decision }, derived }
}

export interface Judged {
  readonly decision: Decision
  readonly derived: ReadonlyArray<Draft>
}

/** What is asked for: every effect applies. Also for an event that `waited` for room and is decided afresh. */
export const judge = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  cell: Cell,
  now: number,
  bound: Bound | undefined,
  waited = false,
): Judged => {
  const facts = new EventFacts(event, now, state, definitions)
  const matches = match(cell, facts)
  const fallback =
    definitions.view(event.org).organization.default === "deny" && isRequest(event.type) ? "deny" : "allow"
  const rule = changeRule(definitions, event)
  if (
    matches.matched.length === 0 &&
    matches.unavailable.length === 0 &&
    fallback === "allow" &&
    bound === undefined &&
    rule === undefined
  )
    return carriedOut(plainAllow(definitions.revision, facts), builtInEffects(state, definitions, event, now))

  const considered = matches.matched.map((linked) => consider(linked, event, state, definitions, now))
  const enforced = withoutShadows(considered)
  const combined = underChangeRule(rule, combine(enforced, matches, fallback, event), event)
  const base: Base = {
    v: 1,
    verdict: combined.verdict,
    rule: combined.rule,
    revision: definitions.revision,
    outcomes: considered.map(outcomeOf),
    contracts: "contracts" in combined ? combined.contracts : NONE,
  }
  if (facts.seen !== undefined) base.values = facts.seen
  if (enforced !== considered) {
    // Had shadow contracts been enforced.
    const { verdict } = underChangeRule(rule, combine(considered, matches, fallback, event), event)
    if (verdict !== combined.verdict) base.wouldBe = verdict
  }
  if (combined.verdict === "allow" && bound === undefined) {
    const tasks = tasksOf(enforced, definitions, event, now)
    if (tasks.ids.length > 0) base.tasks = tasks.ids
    const emits = announced(considered, "allow")
    if (emits.length > 0) base.emits = emits
    const followed = joined(tasks.drafts, followUps(considered, "allow", definitions, event))
    return carriedOut(base, builtInEffects(state, definitions, event, now), followed)
  }
  if (combined.verdict !== "deny" && !waited && state.holds.size >= MAX_OPEN_HOLDS) {
    const reason = `${MAX_OPEN_HOLDS} requests wait in ${event.org} already; once some of them have ended, ask again`
    const silent = speakers(considered, definitions, event, HOLDS_BOUND)
    return denied(event, { ...base, verdict: "deny", rule: "bound", contracts: NONE, reason }, considered, silent)
  }
  const spoken = speakers(considered, definitions, event, bound)
  if (combined.verdict === "deny") return denied(event, { ...base, reason: combined.reason }, considered, spoken)
  return combined.verdict === "hold" && combined.rule === "limit"
    ? // That it begins to wait has been said.
      held(event, base, combined.reason, combined.until, considered, waited ? SILENT : spoken)
    : asked(definitions, event, base, combined, considered, bound, spoken, now)
}

const outcomeOf = ({ outcome }: Considered): ContractOutcome => outcome

/** Allowed, with what the daemon does by itself. */
const carriedOut = (
  decision: Decision,
  { drafts, proposals }: BuiltIn,
  others: ReadonlyArray<Draft> = NONE,
): Judged => ({
  decision: proposals === undefined ? decision : { ...decision, proposals },
  derived: joined(others, drafts),
})

/** A decision in the making: absent fields are set, not spread, since most decisions have none of them. */
type Base = { -readonly [Key in keyof Decision]: Decision[Key] }

/**
 * Where no contract has decided on a change of the rules, the daemon's own rule does. On what is the operator's to say it
 * decides beside them: what they deny is denied, what they ask for is asked for as well.
 */
const underChangeRule = (rule: ChangeRule | undefined, combined: Combined, event: Event): Combined => {
  if (isOperatorAspect(rule)) {
    if (combined.verdict === "allow") return { verdict: "hold", rule: "change", from: rule }
    return combined.verdict === "hold" && combined.rule === "require" ? { ...combined, from: rule } : combined
  }
  if (rule === undefined || combined.rule !== "default") return combined
  if (combined.verdict === "deny") return isOperators(event) ? PASSED : combined
  return rule === "pass" ? PASSED : { verdict: "hold", rule: "change", from: rule }
}

const PASSED: Combined = { verdict: "allow", rule: "change", contracts: [CHANGES_CONTRACT], reason: "" }

/** Held until every requirement is met; denied where one never can be. */
const asked = (
  definitions: Definitions,
  event: Event,
  base: Base,
  combined: Combined,
  considered: ReadonlyArray<Considered>,
  bound: Bound | undefined,
  spoken: Spoken,
  now: number,
): Judged => {
  const requiring = combined.verdict === "hold" && combined.rule === "require" ? combined.requiring : []
  const change = combined.verdict === "hold" && combined.rule !== "limit" ? combined.from : undefined
  const opened = openProposals(definitions, event, requiring, bound, now, change)
  if (opened.impossible !== undefined) {
    const { contract, reason } = opened.impossible
    return denied(
      event,
      { ...base, verdict: "deny", rule: "require", contracts: [contract], reason },
      considered,
      spoken,
    )
  }
  // Where a bound has been reached it has been said already.
  const { emits, drafts } = spoken("hold")
  return {
    decision: {
      ...base,
      verdict: "hold",
      rule: bound !== undefined ? "bound" : combined.rule,
      contracts: [...new Set(opened.proposals.map(({ contract }) => contract))],
      reason: opened.reason,
      hold: holdName(event),
      proposals: opened.proposals.map(({ id }) => id),
      ...emitsOf(emits),
    },
    derived: [...opened.drafts, ...exceededEvents(event, considered), ...(bound === undefined ? drafts : NONE)],
  }
}

/** Held until there is room. */
const held = (
  event: Event,
  base: Base,
  reason: string,
  until: number,
  considered: ReadonlyArray<Considered>,
  spoken: Spoken,
): Judged => {
  const { emits, drafts } = spoken("hold")
  return {
    decision: {
      ...base,
      reason,
      hold: holdName(event),
      until: timeText(until),
      ...emitsOf(emits),
    },
    derived: [
      follow(event, "hold.opened", {
        id: holdName(event),
        org: event.org,
        event: event.id,
        source: event.source,
        seq: event.seq,
        type: event.type,
        proposals: [],
        requester: event.actor,
        opened: event.time,
        until: timeText(until),
      }),
      ...exceededEvents(event, considered),
      ...drafts,
    ],
  }
}

const denied = (event: Event, decision: Decision, considered: ReadonlyArray<Considered>, spoken: Spoken): Judged => {
  const { emits, drafts } = spoken("deny")
  const full: Decision = { ...decision, ...emitsOf(emits) }
  return {
    decision: full,
    derived: [...exceededEvents(event, considered), ...refused(event, full), ...drafts],
  }
}

/** What the contracts say upon a verdict: types that the answer announces, and what follows. */
type Spoken = (verdict: Verdict) => { readonly emits: ReadonlyArray<string>; readonly drafts: ReadonlyArray<Draft> }

export const SILENT: Spoken = () => ({ emits: NONE, drafts: NONE })

/** Beyond a bound they are silent upon every verdict: what speaks upon a denial or a hold would else go on for ever. */
export const speakers =
  (considered: ReadonlyArray<Considered>, definitions: Definitions, event: Event, bound: Bound | undefined): Spoken =>
  (verdict) => {
    const drafts = followUps(considered, verdict, definitions, event)
    if (bound === undefined) return { emits: announced(considered, verdict), drafts }
    return { emits: NONE, drafts: drafts.length === 0 ? NONE : [boundExceeded(event, bound)] }
  }

/** What has happened already, or is control: contracts may route, emit and notify. */
const observe = (
  state: OrganizationState,
  definitions: Definitions,
  event: Event,
  cell: Cell,
  now: number,
  bound: Bound | undefined,
): Decided => {
  const own = scheduledTask(event, definitions)
  if (cell.candidates.length === 0) return { record: { event }, derived: own }
  const facts = new EventFacts(event, now, state, definitions)
  const { matched } = match(cell, facts)
  if (matched.length === 0) return { record: { event }, derived: own }
  const considered = matched.map((linked) => consider(linked, event, state, definitions, now))
  const enforced = considered.filter(({ linked }) => !linked.shadow)
  const tasks = bound === undefined ? tasksOf(enforced, definitions, event, now) : { ids: NONE, drafts: NONE }
  const decision: Decision = {
    v: 1,
    verdict: "allow",
    rule: "default",
    revision: definitions.revision,
    outcomes: considered.map(outcomeOf),
    contracts: NONE,
    ...(facts.seen === undefined ? undefined : { values: facts.seen }),
    ...(tasks.ids.length === 0 ? undefined : { tasks: tasks.ids }),
  }
  if (bound !== undefined) {
    const told = event.type === "bound.exceeded" ? NONE : [boundExceeded(event, bound)]
    return { record: { event, decision }, derived: [...own, ...told] }
  }
  return {
    record: { event, decision },
    derived: [...own, ...tasks.drafts, ...followUps(considered, "allow", definitions, event)],
  }
}

const NONE: ReadonlyArray<never> = []

const emitsOf = (emits: ReadonlyArray<string>): { readonly emits?: ReadonlyArray<string> } =>
  emits.length === 0 ? {} : { emits }

/** Nearly always one of them is empty. */
const joined = (first: ReadonlyArray<Draft>, second: ReadonlyArray<Draft>): ReadonlyArray<Draft> =>
  first.length === 0 ? second : second.length === 0 ? first : [...first, ...second]

const holdName = (event: Event): string => `h-${placeName(event.org, event.seq)}`

const plainAllow = (revision: string, facts: EventFacts): Decision =>
  facts.seen === undefined
    ? { v: 1, verdict: "allow", rule: "default", revision, outcomes: NONE, contracts: NONE }
    : { v: 1, verdict: "allow", rule: "default", revision, outcomes: NONE, contracts: NONE, values: facts.seen }

/** Limits and budgets that are used up, each said once per key and window. */
const exceededEvents = (event: Event, considered: ReadonlyArray<Considered>): ReadonlyArray<Draft> =>
  considered
    .filter(({ linked }) => !linked.shadow)
    .flatMap(({ linked, exceeded }) =>
      exceeded
        .filter(({ announce }) => announce)
        .map(({ use: { effect, key, max, unit }, within }) => {
          const told = { contract: linked.contract.fullName, effect, key, max, within }
          return follow(event, unit === undefined ? "limit.exceeded" : "budget.exceeded", told)
        }),
    )

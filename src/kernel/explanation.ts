/**
 * Why an event was decided as it was, from the evidence that its decision keeps, and what would have made it come out
 * otherwise. Deterministic: the same record and definitions explain the same for ever.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { ContractOutcome, Decision, LimitUse, Verdict } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { isRequest } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import { applyChanges, type FactChange } from "../language/conditions/changes.ts"
import { type ExplainedNode, explainCondition } from "../language/conditions/explain.ts"
import { flips } from "../language/conditions/flips.ts"
import type { FactSource } from "../language/facts.ts"
import type { Definitions } from "./definitions.ts"
import { recordedFacts } from "./eventFacts.ts"
import { withoutLimits } from "./considered.ts"
import type { LinkedContract } from "./linkedContract.ts"
import { openProposals } from "./openProposals.ts"

export interface ExplainedContract {
  readonly contract: string
  readonly title?: string
  readonly file: string
  readonly line: number
  readonly shadow: boolean
  readonly matched: boolean
  /** Was it one of those that made the verdict? */
  readonly decided: boolean
  readonly verdict?: Verdict | "none"
  /** Absent where the contract has no condition. */
  readonly when?: ExplainedNode
  readonly limits?: ReadonlyArray<LimitUse>
}

/** All changes together, and the verdict they would have led to. */
export interface VerdictFlip {
  readonly changes: ReadonlyArray<FactChange>
  readonly verdict: Verdict
  /** The contracts whose coming or going makes the difference. */
  readonly contracts: ReadonlyArray<string>
}

export const MAX_VERDICT_FLIPS = 4

/** Every contract that could have spoken to the event, in order of priority, then full name. */
export const explainContracts = (
  definitions: Definitions,
  { event, decision }: LogRecord,
): ReadonlyArray<ExplainedContract> => {
  const facts = recordedFacts(event, Date.parse(event.time), definitions, decision?.values)
  const outcomes = new Map((decision?.outcomes ?? []).map((outcome) => [outcome.contract, outcome]))
  return definitions.cell(event.org, event.type).candidates.map((linked) => {
    const { contract, shared, shadow } = linked
    const outcome = outcomes.get(contract.fullName)
    return {
      contract: contract.fullName,
      ...(contract.name === undefined ? undefined : { title: contract.name }),
      file: contract.position.file,
      line: contract.position.line,
      shadow,
      matched: outcome !== undefined,
      decided: decision?.contracts.includes(contract.fullName) ?? false,
      ...(outcome === undefined ? undefined : { verdict: outcome.verdict }),
      ...(contract.when === undefined ? undefined : { when: explainCondition(contract.when, shared, facts) }),
      ...(outcome?.limits === undefined ? undefined : { limits: outcome.limits }),
    }
  })
}

/** Small changes of the event that would have led to another verdict; each has been decided again and does. */
export const verdictFlips = (definitions: Definitions, { event, decision }: LogRecord): ReadonlyArray<VerdictFlip> => {
  if (decision === undefined || decision.first !== undefined || decision.rule === "bound" || decision.rule === "change")
    return []
  const facts = recordedFacts(event, Date.parse(event.time), definitions, decision.values)
  const candidates = definitions.cell(event.org, event.type).candidates.filter(({ shadow }) => !shadow)
  const changeSets: Array<ReadonlyArray<FactChange>> = []
  for (const { contract, shared } of candidates)
    if (contract.when !== undefined)
      for (const flip of flips(contract.when, shared, facts)) if (flip.proven) changeSets.push(flip.changes)
  changeSets.push(...together(decision, candidates, facts))
  const found: Array<VerdictFlip> = []
  const seen = new Set<string>()
  for (const changes of changeSets) {
    const changed = applyChanges(facts, changes)
    const name = JSON.stringify(changes)
    if (changed === undefined || seen.has(name)) continue
    seen.add(name)
    const again = verdictOf(definitions, changed, { event, decision })
    if (again !== undefined && again.verdict !== decision.verdict) found.push({ changes, ...again })
  }
  return found.sort((a, b) => a.changes.length - b.changes.length).slice(0, MAX_VERDICT_FLIPS)
}

/** Where several contracts decided together, all of them have to go. */
const together = (
  decision: Decision,
  candidates: ReadonlyArray<LinkedContract>,
  facts: FactSource,
): ReadonlyArray<ReadonlyArray<FactChange>> => {
  const deciding = candidates.filter(({ contract }) => decision.contracts.includes(contract.fullName))
  if (deciding.length < 2) return []
  let changed: FactSource | undefined = facts
  const all: Array<FactChange> = []
  for (const { contract, shared } of deciding) {
    if (changed === undefined || contract.when === undefined) return []
    if (explainCondition(contract.when, shared, changed).result !== true) continue
    const first = flips(contract.when, shared, changed).find(({ proven }) => proven)
    if (first === undefined) return []
    all.push(...first.changes)
    changed = applyChanges(changed, first.changes)
  }
  return [all]
}

/**
 * The verdict under changed facts. `undefined` where the evidence cannot tell: a limit that was not looked at, or an
 * electorate that would have to be looked at again.
 */
const verdictOf = (
  definitions: Definitions,
  facts: FactSource,
  was: { readonly event: Event; readonly decision: Decision },
): { readonly verdict: Verdict; readonly contracts: ReadonlyArray<string> } | undefined => {
  const { event } = facts
  const { decision } = was
  const before = new Map(decision.outcomes.map((outcome) => [outcome.contract, outcome]))
  const matched: Array<LinkedContract> = []
  for (const linked of definitions.cell(event.org, event.type).candidates) {
    const { contract, shared, shadow } = linked
    if (shadow || !inPeriod(linked, facts.now)) continue
    const result = contract.when === undefined ? true : explainCondition(contract.when, shared, facts).result
    if (result === "unavailable") return undefined
    if (result) matched.push(linked)
  }
  const names = (contracts: ReadonlyArray<LinkedContract>): ReadonlyArray<string> =>
    contracts.map(({ contract }) => contract.fullName)
  const denying = matched.filter(({ deny }) => deny !== undefined)
  if (denying.length > 0) return { verdict: "deny", contracts: names(denying) }
  const limited = matched.filter(({ limits, budgets }) => limits.length + budgets.length > 0)
  if (limited.some((linked) => !sameUses(linked, event, was.event, before.get(linked.contract.fullName))))
    return undefined
  const usedUp = (instead: LimitUse["instead"]): ReadonlyArray<LinkedContract> =>
    limited.filter(({ contract }) =>
      before.get(contract.fullName)!.limits!.some((use) => use.exceeded && use.instead === instead),
    )
  const exceeding = usedUp(undefined)
  if (exceeding.length > 0) return { verdict: "deny", contracts: names(exceeding) }
  const deferring = usedUp("defer")
  if (deferring.length > 0) return { verdict: "hold", contracts: names(deferring) }
  if (usedUp("escalate").length > 0) return undefined
  const requiring = matched.filter(({ requires }) => requires.length > 0)
  if (requiring.length > 0)
    return {
      verdict:
        openProposals(
          definitions,
          event,
          requiring.map((linked) => withoutLimits(linked)),
          undefined,
          facts.now,
        ).impossible === undefined
          ? "hold"
          : "deny",
      contracts: names(requiring),
    }
  const allowing = matched.filter(({ allows }) => allows)
  if (allowing.length > 0) return { verdict: "allow", contracts: names(allowing) }
  const denies = definitions.view(event.org).organization.default === "deny" && isRequest(event.type)
  return {
    verdict: denies ? "deny" : "allow",
    contracts: names(matched).length === 0 ? decision.contracts : names(matched),
  }
}

/** The evidence speaks of other buckets where the change moves the event into them, and of what it took as it was. */
const sameUses = (
  { limits, budgets }: LinkedContract,
  event: Event,
  was: Event,
  outcome: ContractOutcome | undefined,
): boolean =>
  [...limits, ...budgets].every(({ keyOf }, index) => outcome?.limits?.[index]?.key === keyOf(event)) &&
  limits.every(({ costOf }) => costOf(event) === costOf(was)) &&
  (budgets.length === 0 || memberOf(event) === memberOf(was))

/** Whose own limits say what a run reserves. */
const memberOf = ({ data }: Event): unknown => (data as Partial<BuiltinData["run.requested"]> | undefined)?.member

const inPeriod = ({ contract }: LinkedContract, now: number): boolean =>
  (contract.from === undefined || now >= contract.from) && (contract.until === undefined || now < contract.until)

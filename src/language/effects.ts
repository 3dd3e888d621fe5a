/** Effects: both notations → the normal form. */
import {
  type Budget,
  DEFAULT_WITHIN_MS,
  type Effect,
  type Emit,
  type EscalationLevel,
  type KeyPart,
  type Limit,
  type Notify,
  type Otherwise,
  type RequireApproval,
  type RequireVotes,
  type Resolution,
  type Route,
  type Upon,
} from "../domain/contract.ts"
import { looksLikeCall, parseCall } from "./callForm.ts"
import { structuredCall } from "./callArguments.ts"
import { checkPath } from "./conditions/path.ts"
import { dataPath } from "./conditionTree.ts"
import type { Findings } from "./findings.ts"
import { checkInterpolation, EVENT_ROOTS } from "./interpolation.ts"
import {
  choice,
  compact,
  duration,
  eventType,
  expected,
  type Fields,
  fields,
  flag,
  json,
  jsonMap,
  list,
  mapOf,
  number,
  oneOrMore,
  optionalText,
  text,
} from "./read.ts"
import {
  ALGORITHMS,
  BUDGET_UNITS,
  BudgetMap,
  EFFECT_NAMES,
  EFFECTS,
  EmitMap,
  EscalateMap,
  KEY_WORDS,
  LevelMap,
  LimitMap,
  NotifyMap,
  OF_WORDS,
  OTHERWISE_OF_LIMITS,
  OTHERWISE_OF_REQUIREMENTS,
  PluralityMap,
  RequireApprovalMap,
  RequireVotesMap,
  ResolutionMap,
  RESOLUTIONS,
  ROUTE_WAYS,
  RouteMap,
  UPON_WORDS,
} from "./schemas/effects.ts"
import { memberNameOf, selectors } from "./selectors.ts"
import { didYouMean, nearest } from "./suggest.ts"
import { inWords, isEmpty, type Node, type Span } from "./tree.ts"

export const readEffects = (findings: Findings, node: Node): ReadonlyArray<Effect> => {
  if (node.kind === "list" && node.items.length === 0)
    findings.error(node, "empty-list", "`then` needs at least one effect.")
  const items = node.kind === "list" ? node.items : [node]
  return items.flatMap((item) => {
    const effect = readEffect(findings, item)
    return effect === undefined ? [] : [findings.placed(effect, item)]
  })
}

const readEffect = (findings: Findings, node: Node): Effect | undefined => {
  if (node.kind === "map") {
    const [first, second] = node.entries
    if (first === undefined) findings.error(node, "unknown-effect", `An effect is one of ${EFFECT_NAMES.join(", ")}.`)
    if (second !== undefined)
      findings.error(second.keySpan, "several-effects", `Each effect is an item of its own; put "${second.key}" behind a "-" on its own line.`)
    return first === undefined ? undefined : named(findings, first.key, first.keySpan, first.value)
  }
  if (node.kind !== "scalar" || typeof node.value !== "string") {
    expected(findings, node, `an effect is one of ${EFFECT_NAMES.join(", ")}`)
    return undefined
  }
  if (!looksLikeCall(node.value)) return named(findings, node.value.trim(), node, emptyAt(node))
  const call = parseCall(findings, node)
  if (call === undefined) return undefined
  const name = nearest(call.name, EFFECT_NAMES) ?? call.name
  const structured = structuredCall(findings, { ...call, name }, node)
  return structured === undefined ? undefined : named(findings, call.name, call.nameSpan, structured)
}

const emptyAt = ({ start }: Span): Node => ({ kind: "scalar", value: null, plain: true, verbatim: undefined, start, end: start })

type EffectName = (typeof EFFECT_NAMES)[number]
const isEffectName = (name: string): name is EffectName => Object.hasOwn(EFFECTS, name)

const named = (findings: Findings, name: string, at: Span, value: Node): Effect | undefined => {
  if (!isEffectName(name)) {
    const known = `Effects are ${EFFECT_NAMES.join(", ")}.`
    findings.error(at, "unknown-effect", `There is no effect "${name}". ${known}`, didYouMean(name, EFFECT_NAMES))
    const meant = nearest(name, EFFECT_NAMES)
    // What is wrong inside it is said at once, too.
    if (meant !== undefined && meant !== "allow" && !isEmpty(value)) READERS[meant as keyof typeof READERS](findings, value)
    return undefined
  }
  if (name === "allow") {
    if (!isEmpty(value) && !(value.kind === "scalar" && value.value === true))
      findings.error(value, "wrong-kind", "`allow` takes nothing.", "Write allow.")
    return { effect: "allow" }
  }
  if (isEmpty(value)) {
    findings.error(at, "missing-value", `\`${name}\` needs to say more.`, `Write for example ${EXAMPLES[name]}.`)
    return undefined
  }
  return READERS[name](findings, value)
}

const EXAMPLES: Readonly<Record<Exclude<EffectName, "allow">, string>> = {
  deny: 'deny("not on Fridays")',
  require_approval: "require_approval(role:lead)",
  require_votes: "require_votes(2, org.humans)",
  limit: "limit(10, 1h, actor)",
  budget: "budget(5 usd, 1d, actor)",
  route: 'route("@reviewer")',
  escalate: "escalate(role:lead, 30m)",
  emit: "emit(deploy.started)",
  notify: 'notify("#deploys", "A deploy has started")',
}

// ── requirements ────────────────────────────────────────────────────────────────────────────────────────────────────

const readDeny = (findings: Findings, node: Node): Effect => {
  checkInterpolation(findings, node, EVENT_ROOTS)
  return { effect: "deny", reason: text(findings, node, "the reason of a deny") }
}

const isShort = (node: Node): boolean => node.kind !== "map"

const readApproval = (findings: Findings, node: Node): RequireApproval => {
  const read = fields(findings, isShort(node) ? mapOf("from", node) : node, RequireApprovalMap, "`require_approval`")
  return {
    effect: "require_approval",
    from: selectors(findings, read.get("from"), '"from"'),
    ...readRequirement(findings, read),
  }
}

const readRequirement = (findings: Findings, { get }: Fields): Pick<RequireApproval, "within" | "otherwise" | "self"> => ({
  within: duration(findings, get("within"), '"within"') ?? DEFAULT_WITHIN_MS,
  otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_REQUIREMENTS),
  self: flag(findings, get("self"), '"self"') ?? false,
})

const readVotes = (findings: Findings, node: Node): RequireVotes => {
  const read = fields(findings, node, RequireVotesMap, "`require_votes`")
  const { get } = read
  const of = choice(findings, get("of"), OF_WORDS, '"of"') ?? "electorate"
  const veto = get("veto")
  const same = get("same")
  const quorum = get("quorum")
  if (quorum !== undefined && of !== "cast")
    findings.error(read.keySpan("quorum"), "quorum-without-cast", "A quorum needs `of: cast`; otherwise everybody counts anyway.")
  return compact<RequireVotes>({
    effect: "require_votes",
    from: selectors(findings, get("from"), '"from"'),
    resolution: readResolution(findings, read),
    of,
    quorum: quorum && readQuorum(findings, quorum),
    weights: readWeights(findings, get("weights")),
    veto: veto && selectors(findings, veto, '"veto"'),
    delay: duration(findings, get("delay"), '"delay"'),
    ...readRequirement(findings, read),
    same: same && oneOrMore(findings, same, '"same"').map((item) => readPath(findings, item, '"same"')),
  })
}

const readResolution = (findings: Findings, { at, get, keySpan, sound }: Fields): Resolution => {
  const approvals = get("approvals")
  const resolution = get("resolution")
  if (approvals !== undefined && resolution !== undefined)
    findings.error(keySpan("resolution"), "several-resolutions", "A vote has either `approvals` or a `resolution`.")
  if (approvals !== undefined)
    return { kind: "approvals", approvals: number(findings, approvals, '"approvals"', { least: 1, whole: true }) ?? 1 }
  if (resolution === undefined) {
    if (sound)
      findings.error(at, "missing-key", '`require_votes` needs "approvals" (a number) or "resolution" (majority, unanimous, ...).')
    return { kind: "majority" }
  }
  if (resolution.kind !== "map") {
    const word = choice(findings, resolution, RESOLUTIONS, '"resolution"') ?? "majority"
    return word === "supermajority" ? { kind: word, fraction: TWO_THIRDS } : { kind: word }
  }
  const read = fields(findings, resolution, ResolutionMap, '"resolution"')
  const share = read.get("supermajority")
  const plurality = read.get("plurality")
  if ((share === undefined) === (plurality === undefined))
    findings.error(resolution, "several-resolutions", "A resolution is one of supermajority and plurality.")
  if (share !== undefined) return { kind: "supermajority", fraction: readShare(findings, share) ?? TWO_THIRDS }
  const { get: of } = fields(findings, plurality ?? mapOf("options", resolution), PluralityMap, '"plurality"')
  const options = list(findings, of("options"), '"options"').map((item) => text(findings, item, "an option"))
  return compact<Resolution & { kind: "plurality" }>({
    kind: "plurality",
    options,
    tieBreak: choice(findings, of("tie_break"), options, '"tie_break"'),
  })
}

const TWO_THIRDS = 2 / 3

/** `2/3`, `75%` or `0.75` → a number above 0.5 and up to 1. */
const readShare = (findings: Findings, node: Node): number | undefined => {
  const written = node.kind === "scalar" ? node.value : undefined
  const fraction = typeof written === "string" ? /^(\d+)\/(\d+)$/.exec(written) : null
  const percent = typeof written === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(written) : null
  const share = fraction ? Number(fraction[1]) / Number(fraction[2]) : percent ? Number(percent[1]) / 100 : written
  if (typeof share === "number" && share > 0.5 && share <= 1) return share
  findings.error(node, "out-of-range", `A supermajority is more than one half and at most all: 2/3, 75% or 0.75, not ${inWords(node)}.`)
  return undefined
}

const readQuorum = (findings: Findings, node: Node): RequireVotes["quorum"] => {
  const percent = node.kind === "scalar" && typeof node.value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(node.value) : null
  if (percent === null) return { voters: number(findings, node, '"quorum"', { least: 1, whole: true }) ?? 1 }
  const share = Number(percent[1]) / 100
  if (share <= 0 || share > 1) findings.error(node, "out-of-range", "A quorum is above 0% and up to 100%.")
  return { share }
}

const readWeights = (findings: Findings, node: Node | undefined): RequireVotes["weights"] => {
  if (node === undefined) return undefined
  if (node.kind !== "map") return choice(findings, node, ["members"], '"weights"')
  return Object.fromEntries(
    node.entries.map(({ key, keySpan, value }) => [
      memberNameOf(findings, { kind: "scalar", value: key, plain: true, verbatim: undefined, ...keySpan }, "a name"),
      number(findings, value, `the weight of ${key}`, { least: 0 }) ?? 1,
    ]),
  )
}

// ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const readLimit = (findings: Findings, node: Node): Limit => {
  const read = fields(findings, node, LimitMap, "`limit`")
  const { get } = read
  const algorithm = choice(findings, get("algorithm"), ALGORITHMS, '"algorithm"') ?? "sliding"
  const max = number(findings, get("max"), '"max"', { above: 0 }) ?? 1
  const burst = number(findings, get("burst"), '"burst"', { above: 0 })
  if (burst !== undefined && algorithm !== "gcra")
    findings.error(read.keySpan("burst"), "burst-without-gcra", "`burst` needs `algorithm: gcra`; a sliding limit never lets more than max through.")
  return compact<Limit>({
    effect: "limit",
    max,
    within: duration(findings, get("within"), '"within"') ?? 1,
    per: readKey(findings, get("per")),
    burst: algorithm === "gcra" ? (burst ?? max) : undefined,
    cost: readCost(findings, get("cost")),
    algorithm,
    otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_LIMITS),
  })
}

const readCost = (findings: Findings, node: Node | undefined): Limit["cost"] =>
  node?.kind === "scalar" && typeof node.value === "string"
    ? { path: readPath(findings, node, '"cost"') }
    : (number(findings, node, '"cost"', { above: 0 }) ?? 1)

const readBudget = (findings: Findings, node: Node): Budget => {
  const { get, at, keySpan, sound } = fields(findings, node, BudgetMap, "`budget`")
  const units = BUDGET_UNITS.filter((unit) => get(unit) !== undefined)
  if (units[1] !== undefined) findings.error(keySpan(units[1]), "several-units", "A budget has one unit; write a second budget.")
  if (units.length === 0 && sound) findings.error(at, "missing-key", `A budget needs one of ${BUDGET_UNITS.join(", ")}.`)
  const unit = units[0] ?? "usd"
  return {
    effect: "budget",
    unit,
    max: number(findings, get(unit), `"${unit}"`, { above: 0 }) ?? 1,
    per: readKey(findings, get("per")),
    within: duration(findings, get("within"), '"within"') ?? 1,
    otherwise: readOtherwise(findings, get("otherwise"), OTHERWISE_OF_LIMITS),
  }
}

const readKey = (findings: Findings, node: Node | undefined): ReadonlyArray<KeyPart> =>
  oneOrMore(findings, node, '"per"').map((item): KeyPart => {
    const written = item.kind === "scalar" && typeof item.value === "string" ? item.value : ""
    const word = KEY_WORDS.find((known) => known === written)
    if (word !== undefined) return { kind: word }
    if (/^(?:data|\$)[.[]/.test(written)) return { kind: "data", path: readPath(findings, item, '"per"') }
    findings.error(
      item,
      "unknown-value",
      `"per" is ${KEY_WORDS.join(", ")}, a data path such as data.repository, or a list of them, not ${inWords(item)}.`,
      didYouMean(written, KEY_WORDS) ?? (/^[\w-]+$/.test(written) ? `Did you mean data.${written}?` : undefined),
    )
    return { kind: "org" }
  })

/** A path into `data` that finds one value. */
const readPath = (findings: Findings, node: Node, what: string): string => {
  const path = dataPath(text(findings, node, what))
  const problem = checkPath(path)
  if (problem !== undefined && path !== "$.") findings.error(node, problem.code, problem.message, problem.suggestion)
  return path
}

// ── what became of it in time ───────────────────────────────────────────────────────────────────────────────────────

const readOtherwise = (findings: Findings, node: Node | undefined, words: ReadonlyArray<"deny" | "defer">): Otherwise => {
  if (node === undefined) return "deny"
  if (node.kind === "map") {
    const { get } = fields(findings, node, EscalateMap, '"otherwise"')
    const levels = get("escalate")
    return levels === undefined ? "deny" : { escalate: readLevels(findings, levels) }
  }
  if (node.kind === "scalar" && typeof node.value === "string" && looksLikeCall(node.value)) {
    const call = parseCall(findings, node)
    if (call === undefined) return "deny"
    if (call.name === "escalate") {
      const structured = structuredCall(findings, call, node)
      return structured === undefined ? "deny" : { escalate: readLevels(findings, structured) }
    }
  }
  if (node.kind === "scalar" && node.value === "defer" && !words.includes("defer")) {
    findings.error(node, "unknown-value", "Only limits and budgets can `defer`.")
    return "deny"
  }
  return choice(findings, node, [...words, "escalate(..)"], '"otherwise"') === "defer" ? "defer" : "deny"
}

const readLevels = (findings: Findings, node: Node): ReadonlyArray<EscalationLevel> => {
  const areLevels = node.kind === "list" && node.items.some((item) => item.kind === "map")
  if (node.kind === "list" && areLevels) return node.items.map((item) => readLevel(findings, item))
  return [readLevel(findings, node.kind === "map" ? node : mapOf("to", node))]
}

const readLevel = (findings: Findings, node: Node): EscalationLevel => {
  const { get } = fields(findings, node, LevelMap, "`escalate`")
  checkInterpolation(findings, get("message"), EVENT_ROOTS)
  return findings.placed(
    compact<EscalationLevel>({
      to: selectors(findings, get("to"), '"to"'),
      after: duration(findings, get("after"), '"after"'),
      message: optionalText(findings, get("message"), '"message"'),
    }),
    node,
  )
}

// ── what follows ────────────────────────────────────────────────────────────────────────────────────────────────────

const readRoute = (findings: Findings, node: Node): Route => {
  const { get } = fields(findings, isShort(node) ? mapOf("to", node) : node, RouteMap, "`route`")
  const input = get("with")
  checkInterpolation(findings, get("goal"), EVENT_ROOTS)
  checkInterpolation(findings, input, EVENT_ROOTS)
  return compact<Route>({
    effect: "route",
    to: selectors(findings, get("to"), '"to"'),
    as: choice(findings, get("as"), ROUTE_WAYS, '"as"') ?? "sequence",
    goal: optionalText(findings, get("goal"), '"goal"'),
    with: input && jsonMap(findings, input),
  })
}

const readEmit = (findings: Findings, node: Node): Emit => {
  const { get } = fields(findings, isShort(node) ? mapOf("type", node) : node, EmitMap, "`emit`")
  const data = get("data")
  checkInterpolation(findings, data, EVENT_ROOTS)
  return compact<Emit>({
    effect: "emit",
    type: eventType(findings, get("type"), "the type to emit"),
    data: data && json(findings, data),
    upon: readUpon(findings, get("upon")),
  })
}

const readNotify = (findings: Findings, node: Node): Notify => {
  const { get } = fields(findings, node, NotifyMap, "`notify`")
  checkInterpolation(findings, get("message"), EVENT_ROOTS)
  return compact<Notify>({
    effect: "notify",
    to: selectors(findings, get("to"), '"to"', "channels"),
    message: text(findings, get("message"), '"message"'),
    upon: readUpon(findings, get("upon")),
  })
}

const readUpon = (findings: Findings, node: Node | undefined): Upon | undefined =>
  node && [
    ...new Set(oneOrMore(findings, node, '"upon"').flatMap((item) => choice(findings, item, UPON_WORDS, '"upon"') ?? [])),
  ]

const READERS: Readonly<Record<Exclude<EffectName, "allow">, (findings: Findings, node: Node) => Effect>> = {
  deny: readDeny,
  require_approval: readApproval,
  require_votes: readVotes,
  limit: readLimit,
  budget: readBudget,
  route: readRoute,
  escalate: (findings, node) => ({ effect: "escalate", levels: readLevels(findings, node) }),
  emit: readEmit,
  notify: readNotify,
}

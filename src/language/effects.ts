/** Effects: both notations → the normal form. */
import type { Effect, Emit, Notify, Route, Upon } from "../domain/contract.ts"
import { structuredCall } from "./callArguments.ts"
import { looksLikeCall, parseCall } from "./callForm.ts"
import type { Findings } from "./findings.ts"
import { checkInterpolation, EVENT_ROOTS } from "./interpolation.ts"
import { readBudget, readLimit } from "./limits.ts"
import { readLevels } from "./otherwise.ts"
import {
  choice,
  compact,
  eventType,
  expected,
  fields,
  json,
  jsonMap,
  mapOr,
  oneOrMore,
  optionalText,
  text,
} from "./read.ts"
import { readApproval, readVotes } from "./requirements.ts"
import { EFFECT_NAMES, EFFECTS, EmitMap, NotifyMap, ROUTE_WAYS, RouteMap, UPON_WORDS } from "./schemas/effects.ts"
import { selectors } from "./selectors.ts"
import { didYouMean, nearest } from "./suggest.ts"
import { emptyAt, isEmpty, type Node, type Span } from "./tree.ts"

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
      findings.error(
        second.keySpan,
        "several-effects",
        `Each effect is an item of its own; put "${second.key}" behind a "-" on its own line.`,
      )
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

type EffectName = (typeof EFFECT_NAMES)[number]
const isEffectName = (name: string): name is EffectName => Object.hasOwn(EFFECTS, name)

const named = (findings: Findings, name: string, at: Span, value: Node): Effect | undefined => {
  if (!isEffectName(name)) {
    const known = `Effects are ${EFFECT_NAMES.join(", ")}.`
    findings.error(at, "unknown-effect", `There is no effect "${name}". ${known}`, didYouMean(name, EFFECT_NAMES))
    const meant = nearest(name, EFFECT_NAMES)
    // What is wrong inside it is said at once, too.
    if (meant !== undefined && meant !== "allow" && !isEmpty(value))
      READERS[meant as keyof typeof READERS](findings, value)
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

// ── what follows ────────────────────────────────────────────────────────────────────────────────────────────────────

const readRoute = (findings: Findings, node: Node): Route => {
  const { get } = fields(findings, mapOr("to", node), RouteMap, "`route`")
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
  const { get } = fields(findings, mapOr("type", node), EmitMap, "`emit`")
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
    ...new Set(
      oneOrMore(findings, node, '"upon"').flatMap((item) => choice(findings, item, UPON_WORDS, '"upon"') ?? []),
    ),
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

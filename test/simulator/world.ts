/**
 * Random organizations and contracts, as the text of a file: every effect, every resolution, every way of routing. What
 * their conditions, denials and limits mean is kept beside the text in plain functions, so that what the kernel makes
 * of the text can be compared with it.
 */
import type { Random } from "../../bench/workload/random.ts"
import { type Event, requesterOf } from "../../src/domain/event.ts"
import type { Definitions } from "../../src/kernel/definitions.ts"
import { definitionsFrom } from "../support/definitions.ts"
import { effectsOn } from "./effects.ts"

export const ORGANIZATIONS = ["@root", "@team", "@side"] as const
/** From an organization up: whose contracts speak to its events. */
export const CHAINS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "@root": ["@root"],
  "@team": ["@team", "@root"],
  "@side": ["@side", "@root"],
}
export const HUMANS = ["dana", "erin", "fred", "gina"]
const LEADS = new Set(["dana", "erin"])
export const GATED = [
  "deploy.requested",
  "merge.asked.requested",
  "note.requested",
  "push.done",
  "audit.noted",
] as const
const FACTS = ["task.completed", "task.failed", "task.escalated", "run.ended", "message.posted", "cron"] as const
const PATTERNS = [...GATED, ...GATED, ...GATED, ...GATED, "deploy.*", "run.requested", ...FACTS] as const
/** What speaks to everything speaks to what it has made itself, too, up to a bound: much to look at, so it is rare. */
const EVERYTHING_SHARE = 0.004

/** What a rule says, beside its text. */
export interface Rule {
  readonly scope: string
  readonly id: string
  readonly on: string
  readonly text: string
  readonly shadow: boolean
  /** Does its condition hold? `undefined` where that hangs on the history. */
  readonly holds: (event: Event) => boolean | undefined
  readonly effects: ReadonlyArray<RuleEffect>
}

export type RuleEffect =
  | { readonly kind: "allow" | "deny" | "require" | "budget" | "other" }
  | {
      readonly kind: "limit"
      /** Absent: of an algorithm that is not modelled. */
      readonly keyOf?: (event: Event) => string
      readonly costOf: (event: Event) => number
      readonly max: number
      readonly within: number
      readonly otherwise: "deny" | "defer" | "escalate"
      /** Stays the same where only `max` and `within` change. */
      readonly window: string
    }

export interface World {
  readonly rules: ReadonlyArray<Rule>
  readonly text: string
  readonly definitions: Definitions
  /** Organizations that deny what no contract allows. */
  readonly denying: ReadonlySet<string>
  /** Of each organization's own file. */
  readonly humans: ReadonlyMap<string, ReadonlyArray<string>>
}

/** So many sets, each one made from the one before: rules and members come, go and change. */
export const makeWorlds = (random: Random, revisions: number, without: ReadonlySet<string>): ReadonlyArray<World> => {
  const worlds: Array<World> = []
  const denying = new Set(ORGANIZATIONS.filter(() => random.next() < 0.15))
  const count = 6 + random.below(14)
  let rules = Array.from({ length: count }, (_, index) => makeRule(random, `c${index}`))
  for (let number = 0; number < revisions; number++) {
    if (number > 0) {
      const changed = random.below(rules.length)
      rules = rules.flatMap((rule, index) => {
        if (index === changed) return [makeRule(random, rule.id)]
        return random.next() < 0.1 ? [] : [rule]
      })
      if (random.next() < 0.7) rules.push(makeRule(random, `r${number}`))
    }
    const humans = new Map(
      ORGANIZATIONS.map((org) => [org, random.next() < 0.8 ? HUMANS : HUMANS.filter((name) => name !== "gina")]),
    )
    const members = organizationsText(random, denying, humans)
    const kept = rules.filter(({ id }) => !without.has(id))
    const text = [members, ...kept.map((rule) => rule.text)].join("---\n")
    worlds.push({ rules: kept, text, definitions: definitionsFrom(text, worlds.at(-1)?.definitions), denying, humans })
  }
  return worlds
}

const organizationsText = (
  random: Random,
  denying: ReadonlySet<string>,
  humans: ReadonlyMap<string, ReadonlyArray<string>>,
): string =>
  ORGANIZATIONS.map((id) => {
    const weight = (): string => (random.next() < 0.3 ? `, weight: ${1 + random.below(3)}` : "")
    const schedule = (): string =>
      random.pick(["", "", ", schedule: { every: 50m, goal: Look around }", `, schedule: { cron: "*/40 * * * *" }`])
    const sometimes = (line: string): ReadonlyArray<string> => (random.next() < 0.8 ? [line] : [])
    return [
      `organization: "${id}"`,
      ...(id === "@root" ? [] : [`parent: "@root"`]),
      ...(denying.has(id) ? ["default: deny"] : []),
      "owner: dana",
      "channels: [general]",
      "members:",
      ...humans.get(id)!.map((name) => `  - { human: ${name}${LEADS.has(name) ? ", roles: [lead]" : ""}${weight()} }`),
      `  - { agent: coder, roles: [maker], executor: { kind: scripted, file: none.yaml }, limits: { usd: 2 }${schedule()} }`,
      "  - { agent: reviewer, roles: [maker], executor: { kind: scripted, file: none.yaml } }",
      `  - { agent: desk, executor: { kind: human }${schedule()} }`,
      ...sometimes("  - { agent: tester, executor: { kind: scripted, file: none.yaml }, limits: { turns: 5 } }"),
      ...sometimes("documents: [{ name: notes, owner: fred }]"),
      "",
    ].join("\n")
  }).join("---\n")

const makeRule = (random: Random, id: string): Rule => {
  const scope = random.pick(ORGANIZATIONS)
  const on = random.next() < EVERYTHING_SHARE ? "**" : random.pick(PATTERNS)
  const condition = random.next() < 0.7 ? makeCondition(random, 2) : undefined
  const gated = on !== "**" && !(FACTS as ReadonlyArray<string>).includes(on)
  const shadow = random.next() < 0.1
  const effects = effectsOn(random, on, gated, `${scope}/${id}`)
  const text = [
    `contract: ${id}`,
    `scope: "${scope}"`,
    `on: "${on}"`,
    ...(shadow ? ["mode: shadow"] : []),
    ...(random.next() < 0.3 ? [`priority: ${random.below(9)}`] : []),
    ...(condition === undefined ? [] : [`when: ${condition.text}`]),
    "then:",
    ...effects.map((effect) => `  - ${effect.text}`),
    "",
  ].join("\n")
  return {
    scope,
    id,
    on,
    text,
    shadow,
    holds: condition?.holds ?? (() => true),
    effects: effects.map(({ means }) => means),
  }
}

interface Condition {
  readonly text: string
  readonly holds: (event: Event) => boolean | undefined
}

const makeCondition = (random: Random, depth: number): Condition => {
  const kind = random.below(depth > 0 ? 7 : 4)
  if (kind >= 4) return combined(random, depth, kind)
  switch (kind) {
    case 0: {
      const than = random.below(9)
      return {
        text: `{ fact: data, path: $.risk, operator: greaterThan, value: ${than} }`,
        holds: ({ data }) => field(data, "risk") > than,
      }
    }
    case 1:
      return {
        text: "{ fact: data, path: $.env, operator: equal, value: production }",
        holds: ({ data }) => (data as { readonly env?: string } | undefined)?.env === "production",
      }
    case 2:
      return {
        text: "{ fact: actor, path: $.kind, operator: equal, value: agent }",
        holds: ({ actor }) => actor.kind === "agent",
      }
    default:
      return random.next() < 0.5
        ? {
            text: `{ fact: count, params: { of: ${random.pick(GATED)}, by: actor, within: 1h }, operator: greaterThan, value: 2 }`,
            holds: () => undefined,
          }
        : {
            text: `{ fact: history, params: { of: push.done, since: audit.noted, within: 2h }, operator: equal, value: true }`,
            holds: () => undefined,
          }
  }
}

/** Three values: what is not known makes unknown whatever hangs on it. */
const combined = (random: Random, depth: number, kind: number): Condition => {
  const parts = Array.from({ length: kind === 6 ? 1 : 2 }, () => makeCondition(random, depth - 1))
  const all = (event: Event, wanted: boolean): boolean | undefined => {
    const values = parts.map(({ holds }) => holds(event))
    if (values.some((value) => value === !wanted)) return !wanted
    return values.includes(undefined) ? undefined : wanted
  }
  if (kind === 4)
    return { text: `{ all: [${parts.map(({ text }) => text).join(", ")}] }`, holds: (event) => all(event, true) }
  if (kind === 5)
    return { text: `{ any: [${parts.map(({ text }) => text).join(", ")}] }`, holds: (event) => all(event, false) }
  return {
    text: `{ not: ${parts[0]!.text} }`,
    holds: (event) => {
      const value = parts[0]!.holds(event)
      return value === undefined ? undefined : !value
    },
  }
}

/** Not a number where it is none: no comparison holds for it. */
const field = (data: unknown, name: string): number => {
  const value = (data as Readonly<Record<string, unknown>> | undefined)?.[name]
  return typeof value === "number" ? value : Number.NaN
}

/** Whom limits of `per: actor` count for. */
export const requesterName = ({ actor }: Event): string => requesterOf(actor).name

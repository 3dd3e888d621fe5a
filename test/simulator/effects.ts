/** Random effects of a rule, as text, and what those mean that the model knows. */
import type { Random } from "../../bench/workload/random.ts"
import { type Event, requesterOf } from "../../src/domain/event.ts"
import type { RuleEffect } from "./world.ts"

export interface EffectText {
  readonly text: string
  readonly means: RuleEffect
}

const HOUR_MS = 3_600_000
const ELECTORS = ["org.humans", "role:lead", "[dana, fred]", "[erin, role:lead]", "scope.humans", "org.members"]
const RECEIVERS = ["coder", "[coder, reviewer]", "org.agents", "[reviewer, fred]", "role:maker", "[desk, dana]"]
const other = (text: string): EffectText => ({ text, means: { kind: "other" } })

/** One to three effects that may stand on events of this pattern. */
export const effectsOn = (random: Random, on: string, gated: boolean, fullName: string): ReadonlyArray<EffectText> => {
  if (on === "**") return [random.next() < 0.5 ? notify(random) : route(random)]
  if (!gated) return random.sample([route(random), notify(random), emit(random, on)], 1 + random.below(2))
  if (on === "run.requested") return [random.next() < 0.5 ? budget(random) : decisive(random, on, fullName, 0)]
  const effects = [decisive(random, on, fullName, 0)]
  for (let more = random.below(3); more > 0; more--)
    effects.push(
      [route, notify, (one: Random) => emit(one, on), (one: Random) => limit(one, fullName, limitsIn(effects))][
        random.below(4)
      ]!(random),
    )
  // Of a large event, more than one commit holds.
  if (random.next() < 0.2) effects.push(...Array.from({ length: 5 }, () => copy(random)))
  const waits =
    effects.some(({ means }) => means.kind === "require") || effects.some(({ text }) => text.startsWith("route"))
  if (waits && random.next() < 0.3)
    effects.push(other(`escalate: [{ to: erin, after: ${minutes(random)} }, { to: dana, after: 2h, message: late }]`))
  return effects
}

const limitsIn = (effects: ReadonlyArray<EffectText>): number =>
  effects.filter(({ means }) => means.kind === "limit").length

const decisive = (random: Random, on: string, fullName: string, limits: number): EffectText => {
  switch (random.below(9)) {
    case 0:
      return { text: 'deny("not this")', means: { kind: "deny" } }
    case 1:
      return { text: "allow", means: { kind: "allow" } }
    case 2:
    case 3:
      return limit(random, fullName, limits)
    case 4:
      return {
        text: `require_approval: ${options(random, [`from: ${random.pick(ELECTORS)}`])}`,
        means: { kind: "require" },
      }
    case 5:
    case 6:
    case 7:
      return { text: `require_votes: ${votes(random)}`, means: { kind: "require" } }
    default:
      return on === "run.requested" ? { text: "allow", means: { kind: "allow" } } : route(random)
  }
}

const minutes = (random: Random): string => `${1 + random.below(90)}m`

const options = (random: Random, first: ReadonlyArray<string>): string => {
  const parts = [...first, `within: ${minutes(random)}`]
  if (random.next() < 0.3) parts.push("self: true")
  if (random.next() < 0.3)
    parts.push(
      random.next() < 0.5
        ? "otherwise: deny"
        : `otherwise: { escalate: [{ to: gina }, { to: dana, after: ${minutes(random)} }] }`.replace("gina", "erin"),
    )
  return `{ ${parts.join(", ")} }`
}

const votes = (random: Random): string => {
  const parts = [`from: ${random.pick(ELECTORS)}`]
  const kind = random.below(6)
  if (kind === 0) parts.push(`approvals: ${1 + random.below(2)}`)
  else if (kind === 1)
    parts.push(
      `resolution: { plurality: { options: [red, green, deny]${random.next() < 0.5 ? ", tie_break: green" : ""} } }`,
    )
  else parts.push(`resolution: ${["majority", "supermajority", "unanimous", "{ supermajority: 75% }"][kind - 2]}`)
  if (kind >= 2 && random.next() < 0.4)
    parts.push("of: cast", ...(random.next() < 0.5 ? [`quorum: ${random.pick(["1", "2", "50%"])}`] : []))
  if (random.next() < 0.3) parts.push(`weights: ${random.pick(["members", "{ dana: 3, fred: 2 }"])}`)
  if (random.next() < 0.25) parts.push(`veto: ${random.pick(["fred", "gina", "role:lead"]).replace("gina", "erin")}`)
  if (random.next() < 0.25) parts.push(`delay: ${minutes(random)}`)
  if (random.next() < 0.25) parts.push("same: [$.env]")
  return options(random, parts)
}

const limit = (random: Random, fullName: string, place: number): EffectText => {
  const max = 1 + random.below(4)
  const hours = 1 + random.below(2)
  const per = random.pick(["actor", "org", "none", "[actor, data.env]"])
  const gcra = random.next() < 0.2
  const cost = random.next() < 0.2
  const otherwise = random.next() < 0.5 ? "deny" : random.next() < 0.6 ? "defer" : "escalate"
  const parts = [`max: ${max}`, `within: ${hours}h`]
  if (per !== "none") parts.push(`per: ${per}`)
  if (gcra) parts.push("algorithm: gcra", "burst: 2")
  if (cost) parts.push("cost: data.size")
  if (otherwise !== "deny")
    parts.push(`otherwise: ${otherwise === "defer" ? "defer" : "{ escalate: { to: role:lead } }"}`)
  return {
    text: `limit: { ${parts.join(", ")} }`,
    means: {
      kind: "limit",
      max,
      within: hours * HOUR_MS,
      otherwise,
      window: `${fullName}#${place}|${per}`,
      costOf: ({ data }) => {
        const size = (data as { readonly size?: unknown } | undefined)?.size
        return cost && typeof size === "number" && size >= 0 ? size : 1
      },
      ...(gcra ? undefined : { keyOf: (event: Event) => keyOf(event, per) }),
    },
  }
}

const keyOf = (event: Event, per: string): string => {
  const actor = requesterOf(event.actor).name
  if (per === "actor") return actor
  return per === "org" || per === "none"
    ? ""
    : `${actor} ${JSON.stringify((event.data as { readonly env?: unknown } | undefined)?.env)}`
}

const budget = (random: Random): EffectText => ({
  text: `budget: { ${random.pick(["usd: 5", "tokens: 100", "turns: 12", "minutes: 60"])}, within: 3h${random.pick(["", ", per: actor", ", otherwise: defer", ", otherwise: { escalate: { to: role:lead } }"])} }`,
  means: { kind: "budget" },
})

const route = (random: Random): EffectText => {
  const as = random.pick(["sequence", "parallel", "first", "compete"])
  return other(`route: { to: ${random.pick(RECEIVERS)}, as: ${as}, goal: "Do \${{ type }}" }`)
}

const upon = (random: Random): string =>
  random.next() < 0.4 ? `, upon: [${random.sample(["allow", "deny", "hold", "expired"], 2).join(", ")}]` : ""

/** Little emits what it stands on: that only ever runs into a bound, at once or after a time. */
const emit = (random: Random, on: string): EffectText => {
  const itself = random.next() < 0.05
  const type = random.pick(["audit.noted", "note.requested", "deploy.requested"].filter((one) => itself || one !== on))
  return other(`emit: { type: ${type}, data: { risk: 5, env: "\${{ data.env }}" }${upon(random)} }`)
}

const copy = (random: Random): EffectText =>
  other(
    `emit: { type: audit.noted, data: { bulk: "\${{ data.bulk }}" }, upon: ${random.pick(["expired", "deny", "allow"])} }`,
  )

const notify = (random: Random): EffectText =>
  other(
    `notify: { to: [${random.pick(['"#general"', "dana", "reviewer"])}], message: "@coder look at \${{ type }}"${upon(random)} }`,
  )

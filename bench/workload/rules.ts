/**
 * The contracts of the workload, as text: two to four leaves each, which three in ten events meet, one contract in five
 * with nested groups, some 300 bytes of YAML. Leaves repeat, as they do in real sets.
 */
import { ENVIRONMENTS, FOLDERS, TAGS } from "./events.ts"
import { makeRandom, type Random } from "./random.ts"
import { shapeFor } from "./shape.ts"

/** `conditions`: every contract allows, since only its conditions are of interest. `effects`: all kinds, mixed. */
export type Effects = "conditions" | "effects"

/** Chance that all leaves of a contract hold for an event. */
const MATCHING = 0.3
const FAMILY_SHARE = 0.1
const NESTED_SHARE = 0.3
/** Contracts with a further condition on a counter, where effects are mixed. */
const COUNTING_SHARE = 0.05

/** One document a contract, in the order of their names; the organizations are a file of their own. */
export const contractTexts = (count: number, effects: Effects): ReadonlyArray<string> => {
  const { organizations, families, types } = shapeFor(count)
  const random = makeRandom(7_919 + count)
  const chance = makeRandom(31 + count)
  return Array.from({ length: count }, (_, index) => {
    const scope = random.pick(organizations)
    const pattern = random.next() < FAMILY_SHARE ? `${random.pick(families)}.*` : random.pick(types)
    const size = 2 + random.below(3)
    const leaves = Array.from({ length: size }, () => leaf(random, MATCHING ** (1 / size)))
    const when = size >= 3 && random.next() < NESTED_SHARE ? nested(leaves) : leaves
    if (effects === "effects" && chance.next() < COUNTING_SHARE) when.push(counting(pattern))
    return [
      `contract: c${index}`,
      `scope: "${scope}"`,
      `on: "${pattern}"`,
      `when:`,
      `  all:`,
      ...when.map((part) => `    - ${part}`),
      `then: ${effects === "effects" ? effect(chance) : "allow"}`,
      "",
    ].join("\n")
  })
}

/** Two humans and an agent in each. */
export const organizationsText = (contracts: number): string =>
  shapeFor(contracts)
    .organizations.map((id) =>
      [
        `organization: "${id}"`,
        `owner: dana`,
        `members:`,
        `  - { human: dana, roles: [lead] }`,
        `  - { human: erin, roles: [lead] }`,
        `  - { agent: worker, executor: { kind: scripted, file: none.yaml } }`,
        "",
      ].join("\n"),
    )
    .join("---\n")

const nested = (leaves: ReadonlyArray<string>): Array<string> => [
  ...leaves.slice(0, -2),
  `{ any: [${leaves.at(-2)}, { not: ${leaves.at(-1)} }] }`,
]

/** True for a share of about `share` of the events. */
const leaf = (random: Random, share: number): string => {
  const some = (of: ReadonlyArray<string>) => random.sample(of, Math.max(1, Math.round(share * of.length)))
  switch (random.below(6)) {
    case 0:
      return `{ fact: actor, path: $.kind, operator: equal, value: agent }`
    case 1:
      return `{ fact: data, path: $.env, operator: in, value: [${some(ENVIRONMENTS).join(", ")}] }`
    case 2:
      return `{ fact: data, path: $.amount, operator: greaterThan, value: ${Math.floor((1 - share) * 1_000) + random.below(20)} }`
    case 3:
      return `{ fact: data, path: $.path, operator: matches, value: "^(?:${some(FOLDERS).join("|")})/" }`
    case 4:
      return `{ fact: data, path: $.tags, operator: contains, value: ${random.pick(TAGS)} }`
    default:
      return random.next() < 0.5
        ? `{ fact: data, path: $.repo.branch, operator: equal, value: ${random.next() < 0.75 ? "main" : "release"} }`
        : `{ fact: data, path: $.repo.stats.files, operator: lessThanInclusive, value: ${Math.floor(share * 100)} }`
  }
}

const counting = (pattern: string): string =>
  `{ fact: count, params: { of: "${pattern}", by: actor, within: 1h }, operator: lessThan, value: 50 }`

const effect = (chance: Random): string => {
  const at = chance.next()
  if (at < 0.7) return "allow"
  if (at < 0.76) return "{ limit: { max: 20, within: 1h, per: actor } }"
  if (at < 0.81) return "{ limit: { max: 30, within: 1m, per: org } }"
  if (at < 0.85) return "{ limit: { max: 60, within: 1h, per: [actor, $.env], algorithm: gcra } }"
  if (at < 0.89) return 'deny("not like this")'
  if (at < 0.91) return "require_approval(role:lead)"
  if (at < 0.92) return "{ require_votes: { approvals: 2, from: org.humans, within: 1h } }"
  if (at < 0.95) return '{ route: "@erin" }'
  if (at < 0.98) return '{ emit: { type: audit.noted, data: { path: "${{ data.path }}" } } }'
  return '{ notify: { to: "#general", message: "${{ actor.name }} did ${{ type }}" } }'
}

/** Event types that are probably a slip of the pen for another one: nothing would ever match them. */
import { distance } from "fastest-levenshtein"
import type { Contract, FactParams } from "../../domain/contract.ts"
import type { Position } from "../../domain/diagnostic.ts"
import { BUILT_IN_TYPES, isEventType, isReserved } from "../../domain/eventTypes.ts"
import { allLeaves } from "./leaves.ts"
import type { World } from "./world.ts"

/**
 * Only a type that stands in one contract and nowhere else is doubted, and only one word of it: one that no other type
 * has, and that is a slip of a word which others have in this very place.
 */
export const checkSlips = (world: World): void => {
  const uses = usesOf(world)
  const places = placesOf(uses)
  const words = new Map<string, Set<string>>()
  for (const [type, all] of places)
    for (const word of type.split("."))
      for (const place of all) words.set(word, (words.get(word) ?? new Set()).add(place))
  const isEstablished = (word: string): boolean => (words.get(word)?.size ?? 0) > 1 || BUILT_IN_WORDS.has(word)
  const neighbours = new Map<string, Array<string>>()
  for (const type of places.keys())
    for (const [gap, word] of gaps(type)) {
      if (!isEstablished(word)) continue
      const others = neighbours.get(gap)
      if (others === undefined) neighbours.set(gap, [word])
      else others.push(word)
    }
  for (const { type, at } of uses) {
    if (at === undefined || isReserved(type) || places.get(type)?.size !== 1 || world.misspelt.has(type)) continue
    for (const [gap, word] of gaps(type)) {
      if (words.get(word)?.size !== 1 || BUILT_IN_WORDS.has(word)) continue
      const meant =
        neighbours.get(gap)?.find((other) => isSlip(word, other)) ??
        // Which names GitHub has is known, so one letter is enough there.
        githubNames(gap).find((other) => isSlip(word, other) || distance(word, other) === 1)
      if (meant === undefined) continue
      world.misspelt.add(type)
      world.warning(
        at(world),
        "unknown-type",
        `${type} occurs nowhere else, in no contract and no test.`,
        `Did you mean ${JSON.stringify(gap.replace(GAP, meant))}?`,
      )
      break
    }
  }
}

interface Use {
  readonly type: string
  /** The contract or test file. */
  readonly place: string
  /** Where a slip is told; of tests nothing is. */
  readonly at?: (world: World) => Position
}

const usesOf = (world: World): ReadonlyArray<Use> => [
  ...world.contracts.flatMap(usesIn),
  ...world.files.flatMap(({ file, tests }) =>
    tests.flatMap(({ cases }) =>
      cases.flatMap(({ event, given, then }) =>
        [event, ...[...given, ...then].flatMap((step) => (step.kind === "event" ? [step.event] : []))].map(
          ({ type }) => ({ type, place: file }),
        ),
      ),
    ),
  ),
]

/** Files that have not changed bring the same contracts. */
const usesIn = (contract: Contract): ReadonlyArray<Use> => {
  let uses = known.get(contract)
  if (uses === undefined) known.set(contract, (uses = findUses(contract).filter(({ type }) => isEventType(type))))
  return uses
}

const known = new WeakMap<Contract, ReadonlyArray<Use>>()

const findUses = (contract: Contract): ReadonlyArray<Use> => {
  const { fullName: place, position } = contract
  const leaves = contract.when === undefined ? [] : allLeaves(contract.when)
  return [
    ...contract.on.map((type): Use => ({ type, place, at: (world) => world.place(contract, position, "on") })),
    ...contract.then.flatMap((effect): ReadonlyArray<Use> =>
      effect.effect === "emit" ? [{ type: effect.type, place, at: (world) => world.place(effect, position) }] : [],
    ),
    ...leaves.flatMap(({ params }) => countedTypes(contract, params)).map((use): Use => ({ ...use, place })),
  ]
}

/** The types that a counter asks for, each where it stands. */
export const countedTypes = (
  { position }: Contract,
  params: FactParams | undefined,
): ReadonlyArray<{ readonly type: string; readonly at: (world: World) => Position }> =>
  (["of", "since"] as const).flatMap((key) => {
    const type = params?.[key]
    return type === undefined ? [] : [{ type, at: (world) => world.place(params!, position, key) }]
  })

/** By type, built-in ones included. */
const placesOf = (uses: ReadonlyArray<Use>): ReadonlyMap<string, ReadonlySet<string>> => {
  const places = new Map<string, Set<string>>(BUILT_IN_TYPES.map((type) => [type, new Set(["built in"])]))
  for (const { type, place } of uses) places.set(type, (places.get(type) ?? new Set()).add(place))
  return places
}

const BUILT_IN_WORDS: ReadonlySet<string> = new Set(BUILT_IN_TYPES.flatMap((type) => type.split(".")))

/** The type with a gap in place of each of its words, and that word. */
const gaps = (type: string): ReadonlyArray<readonly [gap: string, word: string]> => {
  const words = type.split(".")
  return words.map((word, index) => [words.with(index, GAP).join("."), word])
}

/** No character of an event type. */
const GAP = "?"

/** GitHub's own names, in `github.NAME` and `github.NAME.ACTION`. */
const githubNames = (gap: string): ReadonlyArray<string> => (/^github\.\?(?:\.|$)/.test(gap) ? GITHUB_EVENTS : [])

/** Webhook events that a repository or an organization sends: docs.github.com, "Webhook events and payloads". */
const GITHUB_EVENTS = (
  "branch_protection_rule check_run check_suite code_scanning_alert commit_comment create delete dependabot_alert " +
  "deploy_key deployment deployment_review deployment_status discussion discussion_comment fork gollum issue_comment " +
  "issues label member membership merge_group meta milestone org_block organization package page_build ping project " +
  "public pull_request pull_request_review pull_request_review_comment pull_request_review_thread push release " +
  "repository repository_dispatch secret_scanning_alert star status team team_add watch workflow_dispatch " +
  "workflow_job workflow_run"
).split(" ")

/** One slip in a word of some length, two in a long one, or two letters that have changed places. */
const isSlip = (word: string, meant: string): boolean => {
  const shorter = Math.min(word.length, meant.length)
  if (Math.abs(word.length - meant.length) > 2 || shorter < 4) return false
  // `v1` and `v2`, `stage-1` and `stage-2`; `approved` and `unapproved`.
  if (/\d/.test(word) || /\d/.test(meant)) return false
  const slips = distance(word, meant)
  if (slips === 1) return shorter >= 5
  if (slips !== 2) return false
  const sorted = (text: string): string => [...text].toSorted().join("")
  return sorted(word) === sorted(meant) || (shorter >= 9 && !word.endsWith(meant) && !meant.endsWith(word))
}

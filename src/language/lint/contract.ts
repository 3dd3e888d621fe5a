/** Lint of one contract alone: what is allowed, and probably not meant. */
import type { Contract, EffectKind, Leaf } from "../../domain/contract.ts"
import type { Diagnostic } from "../../domain/diagnostic.ts"
import type { Places } from "../findings.ts"
import { leaves, type PlacedLeaf } from "./leaves.ts"

export const lintContract = (contract: Contract, places: Places): ReadonlyArray<Diagnostic> => {
  const found: Array<Diagnostic> = []
  const warning = (part: object, code: string, message: string, suggestion: string): void => {
    const { file, line, column } = places.get(part) ?? contract.position
    found.push({ file, line, column, severity: "warning", code, message, suggestion })
  }
  const kinds = contract.then.map(({ effect }) => effect)
  const allow = contract.then.find(({ effect }) => effect === "allow")
  if (allow !== undefined && kinds.includes("deny"))
    warning(allow, "allow-and-deny", "A deny always wins, so this `allow` says nothing.", "Leave it out.")
  const escalate = contract.then.find(({ effect }) => effect === "escalate")
  if (escalate !== undefined && !kinds.some((kind) => ESCALATED.has(kind)))
    warning(
      escalate,
      "escalates-nothing",
      "This contract asks nobody and makes no task, so there is nothing that others could join.",
      "Put it beside a `require_approval`, `require_votes` or `route` of the same contract.",
    )
  const all = contract.when === undefined ? [] : leaves(contract.when)
  if (kinds.some((kind) => kind === "allow" || kind === "route"))
    for (const placed of all)
      if (passesWhenMissing(placed) && !isAskedFor(placed.leaf, all))
        warning(
          placed.leaf,
          "permissive-when-missing",
          `Where ${nameOf(placed.leaf)} is missing this holds, and lets the event pass.`,
          "Ask for it, too, with `exists: true`.",
        )
  for (const { leaf } of all)
    if (/(?:^|:)(?:contains|doesNotContain)$/.test(leaf.operator) && isProbablyText(leaf, all))
      warning(
        leaf,
        "contains-on-text",
        "`contains` looks into lists and is false for a text.",
        "For a part of a text write `includes`.",
      )
  return found
}

/** Levels join what their own contract asks for, and the tasks that it makes. */
const ESCALATED: ReadonlySet<EffectKind> = new Set<EffectKind>(["require_approval", "require_votes", "route"])

const nameOf = ({ fact, path }: Leaf): string => `${fact}${(path ?? "$").slice(1)}`

/** `notEqual` and the like hold for what is missing, and so does every other comparison below an odd `not`. */
const passesWhenMissing = ({ leaf, negated }: PlacedLeaf): boolean => {
  if (!MAY_BE_MISSING.test(`${leaf.fact} ${leaf.path ?? "$"}`)) return false
  const names = leaf.operator.split(":")
  const base = names.pop()!
  if (base === "exists") return false
  const turns = names.filter((name) => name === "not").length + (NEGATIVE.has(base) ? 1 : 0) + (negated ? 1 : 0)
  return turns % 2 === 1
}

const NEGATIVE: ReadonlySet<string> = new Set(["notEqual", "notIn"])

const MAY_BE_MISSING = /^(?:data |subject |run |actor \$\.(?:creator|onbehalf))/

/** The contract says what becomes of a missing value, or needs it to be there for another comparison. */
const isAskedFor = ({ fact, path }: Leaf, all: ReadonlyArray<PlacedLeaf>): boolean =>
  all.some(
    (other) =>
      other.leaf.fact === fact &&
      other.leaf.path === path &&
      (other.leaf.operator.endsWith("exists") || isPositive(other)),
  )

const isPositive = ({ leaf, negated }: PlacedLeaf): boolean =>
  !negated && !leaf.operator.includes("not") && !NEGATIVE.has(leaf.operator) && leaf.operator !== "doesNotContain"

const TEXT_NAMES =
  /\.(?:title|body|name|message|text|description|ref|branch|path|url|environment|summary|comment|email|login|reason|command)$/i
const TEXT_OPERATORS: ReadonlySet<string> = new Set([
  "matches",
  "includes",
  "startsWith",
  "endsWith",
  "equal",
  "notEqual",
  "in",
  "notIn",
])

const isProbablyText = (leaf: Leaf, all: ReadonlyArray<PlacedLeaf>): boolean =>
  leaf.fact === "data" &&
  leaf.path !== undefined &&
  !/[*:]|\.\./.test(leaf.path) &&
  (TEXT_NAMES.test(leaf.path) ||
    all.some(
      (other) => other.leaf.fact === "data" && other.leaf.path === leaf.path && TEXT_OPERATORS.has(other.leaf.operator),
    ))

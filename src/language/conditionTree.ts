/** Conditions: the full tree and the short form → the tree of the normal form. */
import {
  type Condition,
  DEFAULT_HISTORY_WITHIN_MS,
  FACT_NAMES,
  type FactName,
  type FactParams,
  type Leaf,
} from "../domain/contract.ts"
import { isTimeZone } from "./conditions/clock.ts"
import { COUNTER_FACTS, COUNTER_KEYS } from "./conditions/factFields.ts"
import { checkLeaf, decoratorNames, operatorNames } from "./conditions/operators.ts"
import type { Findings } from "./findings.ts"
import { refuseInterpolation } from "./interpolation.ts"
import { ARRAY_FACTS, withoutSigns } from "./knownFacts.ts"
import { dataPath, rooted } from "./paths.ts"
import { capital, compact, duration, eventPattern, expected, type Fields, fields, json, list, text } from "./read.ts"
import { FactValue, LeafNode, ParamsMap, TREE_KEYS } from "./schemas/conditions.ts"
import { didYouMean, nearest } from "./suggest.ts"
import { child, type Entry, inWords, isEmpty, type MapNode, type Node, scalarAt, type Span } from "./tree.ts"

const LEAF_KEYS = Object.keys(LeafNode.fields)
const PARAM_KEYS = Object.keys(ParamsMap.fields)
const FACT_VALUE_KEYS = Object.keys(FactValue.fields)

/** `place` names where it stands, for sentences. What is `counted` (a `where`) cannot ask for counters in turn. */
export const readCondition = (findings: Findings, node: Node, place: string, counted = false): Condition => {
  const condition = readNode(findings, node, place, counted)
  // The library takes a leaf only below `all`, `any` or `not`.
  return "fact" in condition ? findings.placed({ all: [condition] }, node) : condition
}

const readNode = (findings: Findings, node: Node, place: string, counted: boolean): Condition => {
  if (node.kind !== "map") {
    const hint = node.kind === "list" ? "Write all: or any: before the list." : undefined
    expected(findings, node, `${place} is a map such as { data.environment: production }`, hint)
    return NOTHING
  }
  if (node.entries.length === 0) {
    findings.error(node, "empty-condition", `${capital(place)} is empty.`, "Leave it out if it always holds.")
    return NOTHING
  }
  const keys = node.entries.map(({ key }) => key)
  const isLeaf =
    keys.includes("fact") || (keys.includes("operator") && (keys.includes("value") || keys.includes("path")))
  if (isLeaf && !keys.some(isTreeKey)) return readLeaf(findings, node, counted)
  const head = node.entries.find(({ key }) => key === "fact") ?? node.entries.find(({ key }) => isTreeKey(key))
  if (head === undefined) return shortForm(findings, node, counted)
  const other = node.entries.find((entry) => entry !== head && (head.key !== "fact" || isTreeKey(entry.key)))
  if (other !== undefined) {
    const known = isTreeKey(other.key) || LEAF_KEYS.includes(other.key) || /^[a-z]+[.[]/.test(other.key)
    findings.error(
      other.keySpan,
      "several-keys",
      `"${other.key}" cannot stand beside "${head.key}" in one condition.`,
      known ? "Put both into the list of one all: or any:." : undefined,
    )
  }
  if (head.key === "fact") return NOTHING
  return findings.placed(readTreeNode(findings, head, counted), node)
}

const isTreeKey = (key: string): boolean => TREE_KEYS.includes(key)

const NOTHING: Condition = { all: [] }

const readTreeNode = (findings: Findings, { key, keySpan, value }: Entry, counted: boolean): Condition => {
  if (isEmpty(value)) {
    findings.error(keySpan, "missing-value", `"${key}" has no value.`)
    return NOTHING
  }
  if (key === "not") return { not: readNode(findings, value, '"not"', counted) }
  if (key === "condition") {
    if (counted) findings.error(keySpan, "shared-condition", "Inside `where` conditions are written out.")
    return { condition: text(findings, value, "the name of a shared condition") }
  }
  const children = list(findings, value, `"${key}"`).map((item) => readNode(findings, item, "a condition", counted))
  if (value.kind === "list" && children.length === 0)
    findings.error(value, "empty-condition", `"${key}" of nothing says nothing.`, "Leave it out if it always holds.")
  return key === "all" ? { all: children } : { any: children }
}

// ── leaves ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const readLeaf = (findings: Findings, node: MapNode, counted: boolean): Condition => {
  const before = findings.errorCount
  const read = fields(findings, node, LeafNode, "a condition")
  const written = text(findings, read.get("fact"), "the fact")
  const value = read.get("value")
  const operator = text(findings, read.get("operator"), "the operator")
  const path = text(findings, read.get("path"), "the path")
  const params = readParams(findings, written as FactName, read.get("params"))
  if (findings.errorCount > before || value === undefined) return NOTHING
  return checked(findings, node, counted, {
    fact: { name: written, at: read.get("fact")! },
    path: path === "" ? undefined : { text: path, at: read.get("path")! },
    operator: { name: operator, at: read.get("operator")! },
    value,
    params: { read: params, at: read.get("params") ?? node },
  })
}

interface LeafParts {
  readonly fact: { readonly name: string; readonly at: Span }
  readonly path: { readonly text: string; readonly at: Span } | undefined
  readonly operator: { readonly name: string; readonly at: Span }
  readonly value: Node
  readonly params: { readonly read: FactParams | undefined; readonly at: Span }
}

const checked = (findings: Findings, node: Span, counted: boolean, parts: LeafParts): Leaf => {
  const fact = parts.fact.name as FactName
  const path = parts.path === undefined ? undefined : rooted(parts.path.text)
  const leaf = compact<Leaf>({
    fact,
    path,
    operator: parts.operator.name,
    value: withoutSigns(fact, path, readValue(findings, parts.value)),
    params: parts.params.read,
  })
  if (counted && COUNTER_FACTS.has(fact))
    findings.error(parts.fact.at, "nested-counter", "Inside `where` neither count nor sum nor history can be asked.")
  const at = {
    fact: parts.fact.at,
    path: parts.path?.at ?? parts.fact.at,
    operator: parts.operator.at,
    value: parts.value,
    params: parts.params.at,
  }
  const seen = new Set<string>()
  for (const problem of checkLeaf(withoutWhere(leaf))) {
    if (seen.has(problem.at)) continue
    seen.add(problem.at)
    findings.error(at[problem.at], problem.code, problem.message, problem.suggestion)
  }
  return findings.placed(leaf, node)
}

/** Its leaves have been checked where they stand. */
const withoutWhere = (leaf: Leaf): Leaf => {
  if (leaf.params?.where === undefined) return leaf
  return { ...leaf, params: compact<FactParams>({ ...leaf.params, where: undefined }) }
}

const readValue = (findings: Findings, node: Node): unknown => {
  refuseInterpolation(findings, node, "A condition compares with another fact by { fact, path }, not by `${{ .. }}`.")
  if (!isFactValue(node)) return json(findings, node)
  const read = fields(findings, node, FactValue, "a value that is read from a fact")
  const fact = text(findings, read.get("fact"), "the fact")
  const path = read.get("path")
  return compact({
    fact,
    path: path === undefined ? undefined : rooted(text(findings, path, "the path")),
    params: readParams(findings, fact as FactName, read.get("params")),
  })
}

/** `{ fact, path }`, also where a key of it is misspelt: no literal is a map. */
const isFactValue = (node: Node): boolean => {
  if (child(node, "fact") !== undefined) return true
  if (node.kind !== "map") return false
  const meant = new Set(node.entries.map(({ key }) => nearest(key, FACT_VALUE_KEYS)))
  return meant.has("fact") && !meant.has(undefined)
}

// ── parameters ──────────────────────────────────────────────────────────────────────────────────────────────────────

const readParams = (findings: Findings, fact: FactName, node: Node | undefined): FactParams | undefined => {
  if (node === undefined) return fact === "history" ? withDefaults(fact, {}) : undefined
  const read = fields(findings, node, ParamsMap, `the parameters of ${fact}`)
  const params = withDefaults(fact, paramsOf(findings, read))
  return findings.placed(params, node, { of: read.get("of"), since: read.get("since") })
}

const paramsOf = (findings: Findings, { get }: Fields): FactParams => {
  const of = get("of")
  const since = get("since")
  const where = get("where")
  const by = get("by")
  const value = get("value")
  const tz = get("tz")
  return compact<FactParams>({
    of: of && eventPattern(findings, of, '"of"'),
    by: by && readCounterKey(findings, by),
    within: duration(findings, get("within"), '"within"'),
    where: where && readCondition(findings, where, '"where"', true),
    since: since && eventPattern(findings, since, '"since"'),
    value: value && dataPath(text(findings, value, '"value"')),
    tz: tz && readTimeZone(findings, tz, '"tz"'),
  })
}

const withDefaults = (fact: FactName, params: FactParams): FactParams =>
  fact === "history"
    ? { ...params, by: params.by ?? "subject", within: params.within ?? DEFAULT_HISTORY_WITHIN_MS }
    : params

/** `data.repo` → `$.repo`; the words of the language stay. */
const readCounterKey = (findings: Findings, node: Node): string => {
  const written = text(findings, node, '"by"')
  if (written === "" || (COUNTER_KEYS as ReadonlyArray<string>).includes(written)) return written
  if (/^(?:data|\$)[.[]/.test(written)) return dataPath(written)
  findings.error(
    node,
    "unknown-value",
    `"by" is ${COUNTER_KEYS.join(", ")}, or a data path such as data.repository, not ${inWords(node)}.`,
    didYouMean(written, COUNTER_KEYS),
  )
  return written
}

export const readTimeZone = (findings: Findings, node: Node, what: string): string => {
  const zone = text(findings, node, what)
  if (zone !== "" && !isTimeZone(zone))
    findings.error(
      node,
      "unknown-time-zone",
      `${capital(what)} is a name such as Europe/Berlin or UTC, not ${inWords(node)}.`,
    )
  return zone
}

// ── short form ──────────────────────────────────────────────────────────────────────────────────────────────────────

const shortForm = (findings: Findings, node: MapNode, counted: boolean): Condition => {
  const leaves = node.entries.flatMap((entry) => shortLeaves(findings, entry, counted))
  return leaves.length === 1 ? leaves[0]! : findings.placed({ all: leaves }, node)
}

const shortLeaves = (findings: Findings, entry: Entry, counted: boolean): ReadonlyArray<Condition> => {
  const { key, keySpan, value } = entry
  const [, name = key, rest = ""] = /^([^.[]*)([.[].*)?$/s.exec(key) ?? []
  if (!(FACT_NAMES as ReadonlyArray<string>).includes(name)) {
    const known = rest === "" ? [...FACT_NAMES, ...TREE_KEYS] : FACT_NAMES
    const meant = nearest(name, known)
    const suggestion = meant === undefined ? `Did you mean "data.${key}"?` : `Did you mean "${meant}${rest}"?`
    findings.error(
      keySpan,
      "unknown-fact",
      `There is no fact "${name}". Facts are ${FACT_NAMES.join(", ")}.`,
      suggestion,
    )
    return []
  }
  if (isEmpty(value)) {
    findings.error(keySpan, "missing-value", `"${key}" has no value.`)
    return []
  }
  const fact = { name, at: keySpan }
  const path = rest === "" ? undefined : { text: `$${rest}`, at: keySpan }
  const isArray = ARRAY_FACTS.has(`${name} $${rest}`)
  const leaf = (operator: string, at: Span, compared: Node, params?: FactParams): ReadonlyArray<Condition> => [
    checked(findings, keySpan, counted, {
      fact,
      path,
      operator: { name: operator, at },
      value: compared,
      params: { read: params ?? readParams(findings, name as FactName, undefined), at: keySpan },
    }),
  ]
  if (value.kind === "scalar") return leaf(isArray ? "contains" : "equal", keySpan, value)
  if (value.kind === "list") return leaf(isArray ? "someFact:in" : "in", keySpan, value)
  if (isFactValue(value)) return leaf("equal", keySpan, value)
  return operatorMap(findings, name as FactName, value, leaf)
}

/** `{ greaterThan: 3, lessThan: 9 }`; for a counter its parameters stand beside, or below `params`. */
const operatorMap = (
  findings: Findings,
  fact: FactName,
  node: MapNode,
  leaf: (operator: string, at: Span, compared: Node, params?: FactParams) => ReadonlyArray<Condition>,
): ReadonlyArray<Condition> => {
  const takesParams = COUNTER_FACTS.has(fact) || fact === "clock"
  const beside = node.entries.filter(({ key }) => takesParams && PARAM_KEYS.includes(key))
  const below = takesParams ? child(node, "params") : undefined
  const operators = node.entries.filter((entry) => !beside.includes(entry) && !(takesParams && entry.key === "params"))
  const before = findings.errorCount
  const given: Node | undefined = beside.length === 0 ? below : { ...node, entries: beside }
  if (beside.length > 0 && below !== undefined)
    findings.error(below, "several-params", "Parameters stand either in `params` or beside the operator, not in both.")
  const params = readParams(findings, fact, given)
  if (operators.length === 0 && fact === "history" && findings.errorCount === before)
    return leaf("equal", node, scalarAt(true, node), params)
  if (operators.length === 0 && findings.errorCount === before)
    findings.error(node, "missing-operator", `Here an operator is needed, such as { greaterThan: 3 }.`)
  const found = operators.flatMap(({ key, keySpan, value }) => {
    const names = key.split(":")
    const base = names.pop()!
    if (!operatorNames.includes(base) || names.some((name) => !decoratorNames.includes(name))) {
      const known = takesParams ? [...operatorNames, ...PARAM_KEYS, "params"] : operatorNames
      findings.error(
        keySpan,
        "unknown-operator",
        `There is no operator ${takesParams ? "or parameter " : ""}"${key}".`,
        didYouMean(key, known) ?? `Known are ${operatorNames.join(", ")}.`,
      )
      return []
    }
    if (isEmpty(value)) {
      findings.error(keySpan, "missing-value", `"${key}" has no value.`)
      return []
    }
    return findings.errorCount > before && takesParams ? [] : leaf(key, keySpan, value, params)
  })
  return found
}

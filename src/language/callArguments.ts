/** Which argument of a call is which key of the structured form. */
import { parseDuration } from "../domain/duration.ts"
import type { Call } from "./callForm.ts"
import type { Findings } from "./findings.ts"
import { emptyAt, type Entry, type Node, scalarAt, type Span } from "./tree.ts"

/** The content of the effect as its structured form would have it; `undefined` after an error. */
export const structuredCall = (findings: Findings, call: Call, at: Span): Node | undefined => {
  const { positional, named } = call
  const [first, second, ...rest] = positional
  const whole = (entries: ReadonlyArray<Entry | undefined>): Node => {
    const given = entries.filter((entry) => entry !== undefined)
    const twice = given.find(({ key }) => named.some((entry) => entry.key === key))
    if (twice !== undefined)
      findings.error(twice.keySpan, "call-syntax", `"${twice.key}" is given twice, by position and by name.`)
    return {
      kind: "map",
      entries: [...given, ...named.filter(({ key }) => key !== twice?.key)],
      start: at.start,
      end: at.end,
    }
  }
  switch (call.name) {
    case "allow":
      return only(findings, call, 0, at) ? emptyAt(at) : undefined
    case "deny":
      return only(findings, call, 1, at) ? (first ?? emptyAt(at)) : undefined
    case "emit":
      return tooMany(findings, call, 1) ? undefined : whole([first && entryOf("type", first)])
    case "require_approval":
      return whole([listOf("from", positional)])
    case "require_votes": {
      const key = first?.kind === "scalar" && typeof first.value === "number" ? "approvals" : "resolution"
      return whole([first && entryOf(key, first), listOf("from", positional.slice(1))])
    }
    case "limit":
      return whole([first && entryOf("max", first), second && entryOf("within", second), listOf("per", rest)])
    case "budget":
      return whole([first && spent(first), second && entryOf("within", second), listOf("per", rest)])
    case "route":
      return whole([listOf("to", positional)])
    case "escalate": {
      const last = positional.at(-1)
      const timed = positional.length > 1 && last?.kind === "scalar" && parseDuration(String(last.value)) !== undefined
      return whole([
        listOf("to", timed ? positional.slice(0, -1) : positional),
        timed ? entryOf("after", last) : undefined,
      ])
    }
    case "notify": {
      const message =
        named.some(({ key }) => key === "message") || positional.length < 2 ? undefined : positional.at(-1)
      return whole([
        listOf("to", message === undefined ? positional : positional.slice(0, -1)),
        message && entryOf("message", message),
      ])
    }
    default:
      return emptyAt(at)
  }
}

const entryOf = (key: string, value: Node): Entry => ({ key, keySpan: value, value, plain: true })

const listOf = (key: string, items: ReadonlyArray<Node>): Entry | undefined => {
  const [first] = items
  if (first === undefined) return undefined
  if (items.length === 1) return entryOf(key, first)
  return entryOf(key, { kind: "list", items, start: first.start, end: items.at(-1)!.end })
}

/** `5 usd`, `20000 tokens`. A word that is no unit is an unknown key of the structured form. */
const spent = (node: Node): Entry => {
  const match = node.kind === "scalar" ? /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(String(node.value)) : null
  return match === null ? entryOf("usd", node) : entryOf(match[2]!, scalarAt(Number(match[1]), node))
}

const only = (findings: Findings, call: Call, most: number, at: Span): boolean => {
  const [named] = call.named
  if (named !== undefined) findings.error(named.keySpan, "call-syntax", `\`${call.name}\` has no "${named.key}".`)
  else if (most === 1 && call.positional.length === 0) {
    findings.error(at, "missing-value", "A deny needs its reason.", 'Write for example deny("not on Fridays").')
    return false
  }
  return named === undefined && !tooMany(findings, call, most)
}

const tooMany = (findings: Findings, { name, positional }: Call, most: number): boolean => {
  const extra = positional[most]
  if (extra === undefined) return false
  findings.error(
    extra,
    "call-syntax",
    `\`${name}\` takes ${most === 0 ? "nothing" : "one value"}.`,
    most === 1 ? "A text with a comma needs quotes." : undefined,
  )
  return true
}

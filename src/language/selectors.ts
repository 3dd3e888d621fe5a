/** Selectors: whom an effect means. */
import type { Selector } from "../domain/contract.ts"
import { isKebabCase } from "../domain/names.ts"
import type { Findings } from "./findings.ts"
import { SELECTOR_WORDS } from "./schemas/values.ts"
import { didYouMean, nearest } from "./suggest.ts"
import { expected, oneOrMore, text } from "./read.ts"
import type { Node } from "./tree.ts"

/** One name, written `dana` or `"@dana"`: letters, digits, `_` and `-`. */
export const MEMBER_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$/

export const selectors = (
  findings: Findings,
  node: Node | undefined,
  what: string,
  channels: "channels" | "no channels" = "no channels",
): ReadonlyArray<Selector> =>
  oneOrMore(findings, node, what).flatMap((item) => {
    const selector = readSelector(findings, item, what, channels === "channels")
    return selector === undefined ? [] : [findings.placed(selector, item)]
  })

/** A member's name without `@`. */
export const memberNameOf = (findings: Findings, node: Node | undefined, what: string): string => {
  const written = text(findings, node, what)
  const name = written.replace(/^@/, "")
  if (node !== undefined && written !== "" && !MEMBER_NAME.test(name))
    findings.error(node, "wrong-name", `${JSON.stringify(written)} is not a member's name: letters, digits, _ and -.`)
  return name
}

const readSelector = (findings: Findings, node: Node, what: string, channels: boolean): Selector | undefined => {
  if (node.kind !== "scalar" || typeof node.value !== "string") {
    expected(findings, node, `${what} names members: "@dana", role:lead, org.humans`, withoutSpace(node))
    return undefined
  }
  const written = node.value.trim()
  const selector = parseSelector(written)
  if (selector === undefined) {
    findings.error(
      node,
      "unknown-selector",
      `${JSON.stringify(written)} names nobody; write "@name", role:NAME, ${SELECTOR_WORDS.join(", ")}, scope.role:NAME` +
        `${channels ? ' or "#channel"' : ""}.`,
      suggested(written),
    )
    return undefined
  }
  if (selector.kind === "channel" && !channels) {
    findings.error(node, "channel-selector", "A channel can only be told (`notify`), it does not vote or work.")
    return undefined
  }
  return selector
}

const suggested = (written: string): string | undefined => {
  const [, head, name] = /^([^:]+:)(.+)$/.exec(written) ?? []
  if (head === undefined) return didYouMean(written, SELECTOR_WORDS)
  const meant = nearest(head, ["role:", "scope.role:", "channel:"])
  return meant && `Did you mean "${meant}${name}"?`
}

/** `role: lead` is a map to YAML. */
const withoutSpace = (node: Node): string | undefined => {
  const entry = node.kind === "map" && node.entries.length === 1 ? node.entries[0] : undefined
  return entry?.value.kind === "scalar" && /^(?:(?:scope\.)?role|channel)$/.test(entry.key)
    ? `Write ${entry.key}:${String(entry.value.value)} without the space.`
    : undefined
}

const parseSelector = (written: string): Selector | undefined => {
  if (written === "human") return { kind: "humans", scope: false }
  if (written === "actor.creator") return { kind: "creator" }
  const group = /^(org|scope)\.(members|humans|agents)$/.exec(written)
  if (group !== null) return { kind: group[2] as "members" | "humans" | "agents", scope: group[1] === "scope" }
  const role = /^(scope\.|org\.)?role:\s?(.+)$/.exec(written)
  if (role !== null)
    return MEMBER_NAME.test(role[2]!) ? { kind: "role", role: role[2]!, scope: role[1] === "scope." } : undefined
  const channel = /^(?:channel:\s?#?|#)(.+)$/.exec(written)
  if (channel !== null) return MEMBER_NAME.test(channel[1]!) ? { kind: "channel", name: channel[1]! } : undefined
  const name = written.replace(/^@/, "")
  const [plain = "", home, ...rest] = name.split("@")
  const isHome = home === undefined || (rest.length === 0 && isKebabCase(home))
  return MEMBER_NAME.test(plain) && isHome ? { kind: "member", name } : undefined
}

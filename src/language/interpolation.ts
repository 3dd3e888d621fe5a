/** `${{ path }}` in texts: a path into the event, never a program. */
import { checkPath } from "./conditions/path.ts"
import type { Findings } from "./findings.ts"
import { didYouMean } from "./suggest.ts"
import type { Node, ScalarNode, Span } from "./tree.ts"

/** What a path may begin with in a contract. */
export const EVENT_ROOTS = ["id", "type", "source", "subject", "time", "data", "correlation", "actor", "org"] as const

const HOLE = /\$\{\{(.*?)\}\}/gs
/** What a path may be made of is said where paths are read. */
const PATH = /^\s*([A-Za-z]\w*)([.[].*?)?\s*$/s

/** Checks the syntax of every hole in every text below `node`, and that each begins with one of `roots`. */
export const checkInterpolation = (findings: Findings, node: Node | undefined, roots: ReadonlyArray<string>): void => {
  if (node === undefined) return
  if (node.kind === "map") for (const { value } of node.entries) checkInterpolation(findings, value, roots)
  else if (node.kind === "list") for (const item of node.items) checkInterpolation(findings, item, roots)
  else if (typeof node.value === "string") checkText(findings, node, node.value, roots)
}

/** Refuses `${{ .. }}` where a text is taken as it is. */
export const refuseInterpolation = (findings: Findings, node: Node | undefined, why: string): void => {
  if (node === undefined) return
  if (node.kind === "map") for (const { value } of node.entries) refuseInterpolation(findings, value, why)
  else if (node.kind === "list") for (const item of node.items) refuseInterpolation(findings, item, why)
  else if (typeof node.value === "string" && node.value.includes("${{")) findings.error(node, "interpolation", why)
}

const checkText = (findings: Findings, node: ScalarNode, text: string, roots: ReadonlyArray<string>): void => {
  const closed = text.replace(HOLE, (hole) => " ".repeat(hole.length))
  const open = closed.indexOf("${{")
  if (open >= 0) findings.error(inside(node, open), "interpolation", "`${{` is not closed by `}}`.")
  for (const match of text.matchAll(HOLE)) {
    const [, root, rest = ""] = PATH.exec(match[1]!) ?? []
    const at = inside(node, match.index)
    if (root === undefined || (rest !== "" && checkPath(`$${rest}`) !== undefined))
      findings.error(at, "interpolation", `\`\${{ .. }}\` holds a path such as data.title, not "${match[1]!.trim()}".`)
    else if (!roots.includes(root)) reportRoot(findings, at, root, roots)
  }
}

const reportRoot = (findings: Findings, at: Span, root: string, roots: ReadonlyArray<string>): void => {
  if (root === "env" && !roots.includes("env"))
    findings.error(at, "env-outside-organization", "`env` may be read in organization files only, for secrets.")
  else if (roots.length === 0) findings.error(at, "interpolation", "`${{ .. }}` has no meaning here.")
  else
    findings.error(
      at,
      "interpolation",
      `A path in \`\${{ .. }}\` begins with one of ${roots.join(", ")}, not "${root}".`,
      didYouMean(root, roots),
    )
}

/** A place inside a scalar, where its characters stand in the file one by one; else the scalar. */
export const inside = (node: ScalarNode, offset: number): Span =>
  node.verbatim === undefined ? node : { start: node.verbatim + offset, end: node.end }

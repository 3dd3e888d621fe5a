/** JSONPaths in their one form. */
import { checkPath } from "./conditions/path.ts"
import type { Findings } from "./findings.ts"
import { text } from "./read.ts"
import type { Node } from "./tree.ts"

/** `a.b` and `$.a.b` are the same path. */
export const rooted = (path: string): string =>
  path.startsWith("$") ? path : path.startsWith("[") ? `$${path}` : `$.${path}`

/** A path into `data`: `data.repo`, `repo` and `$.repo` → `$.repo`. */
export const dataPath = (written: string): string => rooted(written.replace(/^data(?=[.[])/, "$"))

/** A path into `data` that finds one value. */
export const readPath = (findings: Findings, node: Node, what: string): string => {
  const path = dataPath(text(findings, node, what))
  const problem = checkPath(path)
  if (problem !== undefined && path !== "$.") findings.error(node, problem.code, problem.message, problem.suggestion)
  return path
}

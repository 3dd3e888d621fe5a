/** Lint across the files of a set: one rule after the other, in the order of the files at the end. */
import type { Diagnostic } from "../../domain/diagnostic.ts"
import type { ParsedFile } from "../load.ts"
import { checkClasses } from "./classes.ts"
import { checkCounters } from "./counters.ts"
import { checkElectorates } from "./electorates.ts"
import { checkNames } from "./names.ts"
import { checkOrganizations } from "./organizations.ts"
import { checkSelectors } from "./selectors.ts"
import { checkShared } from "./shared.ts"
import { World } from "./world.ts"

const RULES: ReadonlyArray<(world: World) => void> = [
  checkNames,
  checkOrganizations,
  checkShared,
  checkClasses,
  checkSelectors,
  checkElectorates,
  checkCounters,
]

/**
 * What is wrong with these files together, beyond what `parseFile` found in each. An error rejects the file it is in;
 * two contracts of one name reject both files.
 */
export const checkSet = (files: ReadonlyArray<ParsedFile>): ReadonlyArray<Diagnostic> => {
  const world = new World(files)
  for (const rule of RULES) rule(world)
  const order = new Map(files.map(({ file }, index) => [file, index]))
  return world.diagnostics.toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  )
}

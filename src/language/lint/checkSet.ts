/** Lint across the files of a set: one rule after the other, in the order of the files at the end. */
import type { Diagnostic } from "../../domain/diagnostic.ts"
import { internalError } from "../internalError.ts"
import type { ParsedFile } from "../load.ts"
import { checkClasses } from "./classes.ts"
import { checkCompared } from "./compared.ts"
import { checkCounters } from "./counters.ts"
import { checkElectorates } from "./electorates.ts"
import { checkNames } from "./names.ts"
import { checkOrganizations } from "./organizations.ts"
import { checkRuns } from "./runs.ts"
import { checkSchedules } from "./schedules.ts"
import { checkSelectors } from "./selectors.ts"
import { checkShared } from "./shared.ts"
import { checkSlips } from "./slips.ts"
import { World } from "./world.ts"

const RULES: ReadonlyArray<(world: World) => void> = [
  checkNames,
  checkOrganizations,
  checkShared,
  checkClasses,
  checkSelectors,
  checkElectorates,
  checkSlips,
  checkCounters,
  checkCompared,
  checkRuns,
  checkSchedules,
]

/**
 * What is wrong with these files together, beyond what `parseFile` found in each. An error rejects the file it is in;
 * two contracts of one name reject both files.
 */
export const checkSet = (files: ReadonlyArray<ParsedFile>): ReadonlyArray<Diagnostic> => {
  const world = new World(files)
  for (const rule of RULES) run(rule, world)
  const order = new Map(files.map(({ file }, index) => [file, index]))
  return world.diagnostics.toSorted(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  )
}

/** A rule that fails says so at one file, and what the others find stays. */
const run = (rule: (world: World) => void, world: World): void => {
  const thrown = failure(rule, world)
  if (thrown === undefined) return
  const { file } = world.files[culprit(rule, world.files)]!
  world.diagnostics.push(internalError({ file, line: 1, column: 1 }, thrown.error))
}

const failure = (rule: (world: World) => void, world: World): { readonly error: unknown } | undefined => {
  try {
    rule(world)
    return undefined
  } catch (error) {
    return { error }
  }
}

/** Index of the file with which the rule fails, where it does not yet fail without it and those behind it. */
const culprit = (rule: (world: World) => void, files: ReadonlyArray<ParsedFile>): number => {
  let low = 0
  let high = files.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (failure(rule, new World(files.slice(0, middle + 1))) === undefined) low = middle + 1
    else high = middle
  }
  return low
}

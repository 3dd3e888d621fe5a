/** What an explanation says would have changed the answer does change it. */
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { applyChanges } from "../../../src/language/conditions/changes.ts"
import { createCompiler } from "../../../src/language/conditions/compile.ts"
import { flips } from "../../../src/language/conditions/flips.ts"
import { available, event, factsOf, fuzzCases, now, soundCondition } from "./arbitraries.ts"

it("every proven flip flips the compiled condition, and where values can be set there is one", () => {
  const compiler = createCompiler()
  const cases = fuzzCases(2_000)
  let proven = 0
  fc.assert(
    fc.property(soundCondition, event, now, fc.boolean(), available, (tree, given, at, withRun, counters) => {
      const shared = () => undefined
      const facts = factsOf(given, at, withRun, counters)
      const { test } = compiler.compile(tree, shared)
      const found = flips(tree, shared, facts)
      if (found.some((flip) => flip.proven)) proven += 1
      for (const flip of found) if (flip.proven) expect(test(applyChanges(facts, flip.changes)!)).toBe(!test(facts))
    }),
    { numRuns: cases },
  )
  // The others hang on the clock, or on paths to several places.
  expect(proven).toBeGreaterThan(cases / 5)
}, 3_600_000)

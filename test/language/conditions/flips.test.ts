/** What an explanation says would have changed the answer does change it. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { applyChanges } from "../../../src/language/conditions/changes.ts"
import { createCompiler } from "../../../src/language/conditions/compile.ts"
import { flips } from "../../../src/language/conditions/flips.ts"
import { available, condition, event, factsOf, fuzzCases, now, sharedSet } from "./arbitraries.ts"

it("every proven flip flips the compiled condition, and most conditions have one", () => {
  const compiler = createCompiler()
  const cases = fuzzCases(2_000)
  let proven = 0
  fc.assert(
    fc.property(condition, sharedSet, event, now, fc.boolean(), available, (tree, named, given, at, withRun, counters) => {
      const shared = (name: string) => named[name]
      const facts = factsOf(given, at, withRun, counters)
      const { test } = compiler.compile(tree, shared)
      const found = flips(tree, shared, facts)
      if (found.some((flip) => flip.proven)) proven += 1
      for (const flip of found)
        if (flip.proven) expect(test(applyChanges(facts, flip.changes)!)).toBe(!test(facts))
    }),
    { numRuns: cases },
  )
  expect(proven).toBeGreaterThan(cases / 2)
}, 3_600_000)

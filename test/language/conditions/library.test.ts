/** The compiled conditions against json-rules-engine, over random conditions and events. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createCompiler } from "../../../src/language/conditions/compile.ts"
import { checkWithLibrary, decideWithLibrary } from "../../../src/language/conditions/oracle.ts"
import { explainCondition } from "../../../src/language/conditions/explain.ts"
import { operators } from "../../../src/language/conditions/operators.ts"
import { FactUnavailable, type FactSource } from "../../../src/language/facts.ts"
import { available, condition, event, factsOf, fuzzCases, now, partly, sharedSet } from "./arbitraries.ts"

const HOUR_MS = 3_600_000

const compiledAnswer = (test: (facts: FactSource) => boolean, facts: FactSource): boolean | "unavailable" => {
  try {
    return test(facts)
  } catch (error) {
    if (error instanceof FactUnavailable) return "unavailable"
    throw error
  }
}

describe("compiled conditions", () => {
  it(
    "decide as the library does",
    async () => {
      const compiler = createCompiler()
      let held = 0
      const cases = fuzzCases(20_000)
      await fc.assert(
        fc.asyncProperty(
          condition,
          sharedSet,
          event,
          now,
          fc.boolean(),
          available,
          async (tree, named, given, at, withRun, counters) => {
            const shared = (name: string) => named[name]
            const facts = factsOf(given, at, withRun, counters)
            expect(checkWithLibrary(tree, shared)).toEqual([])
            const library = await decideWithLibrary(tree, shared, facts)
            const { test, required } = compiler.compile(tree, shared)
            if (library) held += 1
            expect(test(facts)).toBe(library)
            expect(explainCondition(tree, shared, facts).result).toBe(library)
            // The kernel finds candidates by these, so they must not lose or add one.
            for (const { read, value, rest } of required)
              expect(read(facts) === value && (rest === undefined || rest(facts))).toBe(library)
          },
        ),
        { numRuns: cases },
      )
      // A test in which everything comes out the same way would prove nothing.
      expect(held).toBeGreaterThan(cases / 10)
      expect(held).toBeLessThan((cases * 9) / 10)
    },
    HOUR_MS,
  )

  it(
    "are unavailable exactly where the answer hangs on an unavailable value, in whatever order the parts stand",
    () => {
      const compiler = createCompiler()
      let unavailable = 0
      fc.assert(
        fc.property(
          condition,
          sharedSet,
          event,
          now,
          partly,
          fc.array(available, { minLength: 4, maxLength: 4 }),
          (tree, named, given, at, counters, others) => {
            const shared = (name: string) => named[name]
            const answer = compiledAnswer(compiler.compile(tree, shared).test, factsOf(given, at, true, counters))
            expect(answer).toBe(explainCondition(tree, shared, factsOf(given, at, true, counters)).result)
            if (answer === "unavailable") unavailable += 1
            else
              for (const other of others) {
                const completed = counters.map((said, index) => said ?? other[index])
                expect(compiler.compile(tree, shared).test(factsOf(given, at, true, completed))).toBe(answer)
              }
          },
        ),
        { numRuns: fuzzCases(5_000) },
      )
      expect(unavailable).toBeGreaterThan(100)
    },
    HOUR_MS,
  )

  it("are found out where an operator is compiled wrongly", async () => {
    const wrong = createCompiler({
      operators: new Map(operators).set("greaterThan", {
        ...operators.get("greaterThan")!,
        test: (fact, value) => (fact as number) >= (value as number),
        prepare: (value) => (fact) => (fact as number) >= (value as number),
      }),
    })
    const shared = () => undefined
    const differs = fc.check(
      fc.asyncProperty(event, async (given) => {
        const tree = { fact: "data", path: "$.k", operator: "greaterThan", value: 2 } as const
        const facts = factsOf(given, 0, false, [0])
        expect(wrong.compile(tree, shared).test(facts)).toBe(await decideWithLibrary(tree, shared, facts))
      }),
      { numRuns: 2_000 },
    )
    expect((await differs).failed).toBe(true)
  })
})

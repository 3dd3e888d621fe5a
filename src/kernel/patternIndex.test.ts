import fc from "fast-check"
import { expect, it } from "vitest"
import { isEventPattern, isEventType, typeMatches } from "../domain/eventTypes.ts"
import { PatternIndex } from "./patternIndex.ts"

const word = fc.constantFrom("a", "ab", "b", "c")
const type = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join("."))
const piece = fc.constantFrom("a", "ab", "b", "*", "a*", "*b", "**")
const pattern = fc
  .array(piece, { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join("."))
  .filter(isEventPattern)

it("finds what trying every pattern finds, each once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
      type,
      (items, asked) => {
        expect(isEventType(asked)).toBe(true)
        const index = new PatternIndex(items.flatMap((patterns, item) => patterns.map((one) => [one, item] as const)))
        const covered = items.flatMap((patterns, item) =>
          patterns.some((one) => typeMatches(one, asked)) ? [item] : [],
        )
        expect([...index.find(asked)].toSorted((a, b) => a - b)).toEqual(covered)
      },
    ),
    { numRuns: 2_000 },
  )
})

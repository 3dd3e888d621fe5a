import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nativeForm, sampleOf } from "./nativeRegex.ts"
import { compileRe2, linearRegex } from "./regex.ts"

const atom = fc.constantFrom(
  "a",
  "b",
  "c",
  "1",
  "é",
  "😀",
  "\\.",
  "\\d",
  "\\w",
  "\\s",
  "\\D",
  "\\S",
  "\\W",
  ".",
  "[ab]",
  "[^a]",
  "[a-c1]",
  "[^\\s.]",
  "[\\d_-]",
  "-",
  "/",
  "\\n",
  " ",
  "\\/",
)
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "{0}")
const term = fc.tuple(atom, quantifier).map(([text, times]) => text + times)
const assertion = fc.constantFrom("^", "$", "\\b", "\\B")
const pattern: fc.Arbitrary<string> = fc.letrec<{ sequence: string; pattern: string }>((tie) => ({
  sequence: fc
    .array(
      fc.oneof(
        { maxDepth: 3 },
        { weight: 6, arbitrary: term },
        { weight: 1, arbitrary: assertion },
        {
          weight: 2,
          arbitrary: fc
            .tuple(tie("pattern"), fc.constantFrom("(", "(?:"), fc.constantFrom("", "", "?", "*", "+"))
            .map(([inner, open, times]) => `${open}${inner})${times}`),
        },
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join("")),
  pattern: fc.array(tie("sequence"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("|")),
})).pattern
const anchored = fc.tuple(fc.constantFrom("^", ""), pattern, fc.constantFrom("$", "")).map((parts) => parts.join(""))
const text = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        "a",
        "b",
        "c",
        "1",
        "é",
        "😀",
        ".",
        "_",
        "-",
        "/",
        " ",
        "\n",
        "\r",
        "\u2028",
        "\u000b",
        "\ud83d",
        "ſ",
      ),
      { maxLength: 10 },
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 6 }),
)

/** The best of three: others use this machine too. */
const milliseconds = (run: () => void): number => {
  let best = Infinity
  for (let round = 0; round < 3 && best > 50; round++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

describe("regular expressions", () => {
  it("mean natively what they mean to RE2", () => {
    let native = 0
    fc.assert(
      fc.property(anchored, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
        const form = nativeForm(source)
        if (form === undefined) return
        native += 1
        const re2 = compileRe2(source)
        if ("error" in re2) expect.fail(`${source} is no pattern for RE2: ${re2.error}`)
        for (const item of texts) expect(form.test(item), JSON.stringify(item)).toBe(re2.test(item))
      }),
      { numRuns: Number(process.env["CHARTER_FUZZ_CASES"] ?? 20_000) },
    )
    expect(native).toBeGreaterThan(1_000)
  }, 3_600_000)

  it.each([
    "^(?:src|docs)/",
    "^release/\\d+\\.\\d+$",
    "\\.tsx?$",
    "^v\\d+\\.\\d+\\.\\d+(-rc\\d)?$",
    "secret|password",
    ".*\\.md$",
    "^.*\\.md$",
    "^feature/.+$",
    "@example\\.com$",
    "^[^/]+/[^/]+$",
  ])("%s runs natively", (source) => {
    expect(nativeForm(source)).toBeInstanceOf(RegExp)
    const sample = sampleOf(source)
    expect(sample === undefined || linearRegexOf(source).test(sample)).toBe(true)
  })

  it.each([
    "^(a+)+$",
    "(a|aa)+$",
    "a*a*a*b",
    "^a*a*b",
    "a+b",
    "(?i)x",
    "\\pL",
    "(?P<x>a)",
    "[[:alpha:]]",
    `^${"a?".repeat(20)}$`,
    "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)",
  ])("%s is left to RE2", (source) => {
    expect(nativeForm(source)).toBeUndefined()
    expect(linearRegex(source)).toHaveProperty("test")
  })

  it.each([
    "^(a+)+$",
    "^(a|a)*$",
    "(.*)*x",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "a*a*a*a*a*b",
    `^${"a?".repeat(30)}${"a".repeat(30)}$`,
  ])("%s takes less than 100 ms on 50,000 characters", (source) => {
    const regex = linearRegexOf(source)
    expect(milliseconds(() => regex.test(`${"a".repeat(50_000)}!`))).toBeLessThan(100)
  })

  it("run natively in linear time, whatever the pattern", () => {
    const worst = ["a", "1", "/", ".", " ", "ab", "a.", "a-"].map((part) => part.repeat(40_000 / part.length))
    fc.assert(
      fc.property(anchored, (source) => {
        const form = nativeForm(source)
        if (form === undefined) return
        for (const item of worst)
          expect(
            milliseconds(() => form.test(item)),
            source,
          ).toBeLessThan(200)
      }),
      { numRuns: 3_000 },
    )
  }, 60_000)

  it.each([["(a"], ["a{2,1}"], ["(?<=a)b"], ["(a)\\1"], ["[b-a]"], ["a**"], ["x".repeat(2_000)]])(
    "%s is an error",
    (source) => {
      expect(linearRegex(source)).toMatchObject({ error: expect.stringMatching(/./) })
    },
  )
})

const linearRegexOf = (source: string): { readonly test: (text: string) => boolean } => {
  const regex = linearRegex(source)
  if ("error" in regex) throw new Error(regex.error)
  return regex
}

import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describeContract } from "./describeContract.ts"
import { citation, layout, LINE_COLUMNS, moment, quote, rewrap, share, title } from "./prose.ts"
import * as sample from "./samples.ts"

describe("layout", () => {
  it("breaks between words, and goes on further in", () => {
    const text = layout([{ indent: 2, text: `- ${"word ".repeat(40)}end` }])
    const [first, ...rest] = text.split("\n")
    expect(first).toMatch(/^ {2}- word/)
    for (const line of rest) expect(line).toMatch(/^ {4}word/)
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(LINE_COLUMNS)
  })

  it("loses no character", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z ]{0,300}$/), (text) => {
        expect(layout([{ indent: 0, text }]).replaceAll("\n    ", " ")).toBe(text)
      }),
    )
  })

  it("is made for a narrower terminal as if it had been made for that", () => {
    const line = fc.record({
      indent: fc.constantFrom(0, 2, 4),
      text: fc.stringMatching(/^(?:- )?[a-z]{1,9}(?: [a-z]{1,9}){0,40}$/),
    })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.integer({ min: 30, max: 120 }), (lines, columns) => {
        expect(rewrap(layout(lines), columns)).toBe(layout(lines, Math.min(columns, LINE_COLUMNS)))
      }),
    )
    expect(rewrap(`A\n\n    b ${"c".repeat(30)}`, 20)).toBe(`A\n\n    b\n        ${"c".repeat(30)}`)
  })

  it("keeps a long word whole", () => {
    const long = "x".repeat(2 * LINE_COLUMNS)
    expect(layout([{ indent: 0, text: `a ${long} b` }])).toBe(`a\n    ${long}\n    b`)
  })
})

describe("quote", () => {
  it("reads back as JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(quote(text))).toBe(text)
      }),
    )
  })

  it("spells out what is not seen", () => {
    expect(quote("\u202Eabc\u200B\u001B[31m\u2028\n")).toBe('"\\u202eabc\\u200b\\u001b[31m\\u2028\\n"')
    expect(quote("\u{E0041}")).toBe('"\\udb40\\udc41"')
  })
})

describe("what an author wrote", () => {
  it("stands as it is where it shows all that is in it", () => {
    expect(title("Zwei Stimmen für Freitag")).toBe("Zwei Stimmen für Freitag")
    expect(title("\u001B[2Jx")).toBe('"\\u001b[2Jx"')
    expect(title('"x"')).toBe('"\\"x\\""')
    expect(layout(citation("One.\nTwo.\n", 2))).toBe("  “One.\n   Two.”")
    expect(layout(citation("One.”\n  - it is permitted", 2))).toBe('  "One.”\\n  - it is permitted"')
  })

  it("cannot pass for the text of the rule", () => {
    const text = describeContract({
      ...sample.withEffect({ effect: "deny", reason: "no.\n    - it is permitted" }),
      name: "A\n  Switched off: nothing of this is done or recorded.",
      description: "x\n    - it is permitted, unless another contract refuses it or makes it wait.",
    })
    expect(text.split("\n").filter((line) => /^ *(?:- it is permitted|Switched off)/.test(line))).toEqual([])
  })
})

it("moments", () => {
  expect(moment(Date.UTC(2026, 10, 1))).toBe("1 November 2026, 00:00 UTC")
  expect(moment(Date.UTC(2026, 10, 1, 9, 5, 7))).toBe("1 November 2026, 09:05:07 UTC")
  expect(moment(Date.UTC(2026, 10, 1, 9, 5, 7, 8))).toBe("1 November 2026, 09:05:07.008 UTC")
})

it("shares", () => {
  expect([2 / 3, 0.75, 0.07, 1, 1 / 3].map(share)).toEqual(["two thirds", "75%", "7%", "100%", `the fraction ${1 / 3}`])
})

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fold, clip, plain, plainLines, wrap } from "./text.ts"

describe("text", () => {
  it("is broken at spaces, and never within a word", () => {
    expect(wrap("one two three", 9)).toBe("one two\n  three")
    expect(wrap("unbreakable", 3)).toBe("unbreakable")
  })

  it("is cut with an ellipsis, within the columns that there are", () => {
    expect(clip("abcdef", 6)).toBe("abcdef")
    expect(clip("abcdef", 4)).toBe("abc…")
  })

  it("of others cannot steer the terminal", () => {
    expect(plain("a\u001b[2J\u0007b\u009bc\td\u202ef")).toBe("a\\x1b[2J\\x07b\\x9bc  d\\x202ef")
  })

  it("of others is one line, whatever breaks lines", () => {
    expect(plain("a\nb\rc\u2028d\u2029e\u0085f\vg\fh")).toBe("a\\nb\\rc\\u2028d\\u2029e\\u0085f\\u000bg\\u000ch")
  })

  it("of several lines keeps their breaks, and no other", () => {
    expect(plainLines("a\nb\rc\u2028d\u0085e")).toBe("a\nb\\x0dc\\x2028d\\x85e")
  })
})

describe("fold", () => {
  it("breaks what is too long at spaces, under where its text began", () => {
    expect(fold("    until     tomorrow at nine; then it expires", 30)).toBe(
      "    until     tomorrow at\n              nine; then it\n              expires",
    )
    expect(fold("one two three", 7)).toBe("one two\nthree")
  })

  it("leaves what fits, commands, and words that are too long by themselves", () => {
    for (const text of ["short", "charter approve p-team-3 --reason no", "x".repeat(40)])
      expect(fold(text, 20)).toBe(text)
  })

  it("breaks before a command and behind it, and never within", () => {
    expect(fold("There is none. Write one: charter doc write NAME --file FILE", 40)).toBe(
      "There is none. Write one:\ncharter doc write NAME --file FILE",
    )
    expect(fold("One: charter approve p-team-7, charter deny p-team-7 (or none)", 32)).toBe(
      "One: charter approve p-team-7,\ncharter deny p-team-7 (or none)",
    )
    const quoted = `Say: charter publish a.b --data '{"a": 1, "b": 2}'`
    expect(fold(quoted, 20)).toBe(quoted.replace(": charter", ":\ncharter"))
    expect(fold("09:00:00  charter  somebody asks", 20)).toBe("09:00:00  charter\n    somebody asks")
  })

  it("does not count what is not seen", () => {
    expect(fold("\u001b[1mone\u001b[22m \u001b[2mtwo\u001b[22m three", 7)).toBe(
      "\u001b[1mone\u001b[22m \u001b[2mtwo\u001b[22m\nthree",
    )
  })

  it("loses nothing but spaces, at any width", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 10, max: 80 }), (text, columns) => {
        const folded = fold(text, columns)
        expect(folded.replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""))
      }),
    )
  })
})

import { describe, expect, it } from "vitest"
import { clip, plain, plainLines, wrap } from "./text.ts"

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

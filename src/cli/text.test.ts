import { describe, expect, it } from "vitest"
import { clip, plain, wrap } from "./text.ts"

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
    expect(plain("a\u001b[2J\u0007b\u009bc\td\ne\r\u202ef")).toBe("a\\x1b[2J\\x07b\\x9bc  d\ne\\x0d\\x202ef")
  })
})

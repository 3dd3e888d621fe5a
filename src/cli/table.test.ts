import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { plain } from "./output.ts"
import { table, wrap } from "./table.ts"

const shown = (...args: Parameters<typeof table>): ReadonlyArray<string> =>
  stripVTControlCharacters(table(...args)).split("\n")

describe("a table", () => {
  const rows = [
    ["a", "", "long text"],
    ["bbb", "", "x"],
  ]
  it("aligns its columns, whatever their colours, and leaves out those without text", () => {
    expect(shown(["ONE", "TWO", "THREE"], rows, 80)).toEqual(["ONE  THREE", "a    long text", "bbb  x"])
    expect(
      shown(
        ["ONE", "TWO"],
        [
          ["\u001b[31mred\u001b[39m", "x"],
          ["green", "y"],
        ],
        80,
      ),
    ).toEqual(["ONE    TWO", "red    x", "green  y"])
  })

  it("puts the last column onto lines of its own where the terminal is too narrow", () => {
    expect(shown(["ONE", "TWO", "THREE"], rows, 13)).toEqual(["ONE", "a", "  long text", "bbb", "  x"])
    expect(shown(["ONE", "TWO", "THREE"], rows, 14)).toEqual(["ONE  THREE", "a    long text", "bbb  x"])
  })
})

describe("text", () => {
  it("is broken at spaces, and never within a word", () => {
    expect(wrap("one two three", 9)).toBe("one two\n  three")
    expect(wrap("unbreakable", 3)).toBe("unbreakable")
  })

  it("of others cannot steer the terminal", () => {
    expect(plain("a\u001b[2J\u0007b\u009bc\td\ne\r")).toBe("a\\x1b[2J\\x07b\\x9bc  d\ne\\x0d")
  })
})

import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"

import { table } from "./table.ts"

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

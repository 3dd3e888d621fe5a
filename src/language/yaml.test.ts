import * as fc from "fast-check"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { checkSet, parseFile } from "./load.ts"
import { MAX_FILE_CHARS, renderDiagnostics } from "./yaml.ts"

const fixtures = ["bad/", "good/"].flatMap((folder) => {
  const url = new URL(`../../test/language/${folder}`, import.meta.url)
  return readdirSync(url)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ name, text: readFileSync(new URL(name, url), "utf8") }))
})

const codesOf = (text: string) => parseFile("a.yaml", text).diagnostics.map(({ code }) => code)

describe("bounds", () => {
  it.each([
    ["flow lists", "[".repeat(100_000), "too-deep"],
    ["flow maps", "a: ".concat("{a: ".repeat(50_000)), "too-deep"],
    ["block lists", "- ".repeat(50_000), "too-deep"],
    ["block maps", Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"), "too-deep"],
    ["size", `a: ${"x".repeat(MAX_FILE_CHARS)}`, "too-large"],
  ])("stops at %s", (_, text, code) => {
    expect(codesOf(text)).toEqual([code])
  })

  it("spells out aliases, but not without end", () => {
    const levels = Array.from({ length: 30 }, (_, level) => `  - &a${level + 1} [${`*a${level}, `.repeat(10)}]`)
    const bomb = `contract: c\nscope: "@a"\non: a.b\nthen:\n  - &a0 allow\n${levels.join("\n")}\n`
    expect(codesOf(bomb)).toEqual(["too-many-values"])
  })

  it("reads what many aliases stand for", () => {
    const text = 'contract: c\nscope: "@a"\non: [&t a.b, *t]\nthen: allow\n'
    expect(parseFile("a.yaml", text).contracts[0]?.on).toEqual(["a.b", "a.b"])
  })
})

describe("positions", () => {
  it("are the same with Windows line ends and a byte order mark", () => {
    const text = "contract: c\nscope: @a\non: a.b\nthen: alow\n"
    const places = (variant: string) =>
      parseFile("a.yaml", variant).diagnostics.map(({ line, column }) => [line, column])
    expect(places(text)).toEqual([
      [2, 8],
      [4, 7],
    ])
    expect(places(text.replaceAll("\n", "\r\n"))).toEqual(places(text))
    expect(places(`\uFEFF${text}`)).toEqual(places(text))
  })

  it("stay right behind what had to be quoted on the same line", () => {
    const text = 'contract: c\nscope: "@a"\non: a.b\nthen: [route(@b, @c), alow, { limit: { mx: 1 } }]\n'
    expect(parseFile("a.yaml", text).diagnostics.map(({ column, code }) => [column, code])).toEqual([
      [8, "yaml-trap"],
      [23, "unknown-effect"],
      [38, "missing-key"],
      [40, "unknown-key"],
    ])
  })

  it("show the line with a mark below the column", () => {
    const text = "contract: c\nscope: @a\non: a.b\nthen: allow\n"
    const shown = renderDiagnostics(parseFile("a.yaml", text).diagnostics, new Map([["a.yaml", text]]))
    expect(shown.split("\n").slice(1)).toEqual(["  2 | scope: @a", "             ^"])
    expect(renderDiagnostics(parseFile("a.yaml", text).diagnostics)).not.toContain("\n")
  })
})

describe("any text", () => {
  /** Each diagnostic stands in the text, and each text is read in the end. */
  const check = (name: string, text: string): void => {
    const parsed = parseFile(name, text)
    const lines = text.split("\n")
    for (const { line, column, message } of [...parsed.diagnostics, ...checkSet([parsed])]) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(line).toBeLessThanOrEqual(lines.length)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(column).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
      expect(message).not.toBe("")
    }
  }

  const noise = fc.oneof(
    fc.constantFrom(
      "@",
      "*",
      "&a ",
      "*a",
      "!x ",
      "{",
      "}",
      "[",
      "]",
      ": ",
      " #",
      "\t",
      '"',
      "'",
      "|",
      ">",
      "- ",
      "? ",
      "<<: ",
      "---\n",
      "\n",
      "(",
      ")",
      ",",
      "${{",
      "}}",
      "%",
      "`",
      "\uFEFF",
      "\r\n",
    ),
    fc.string({ maxLength: 8 }),
  )
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), removed: fc.nat(12), put: noise })

  it("made from files by some edits", () => {
    fc.assert(
      fc.property(fc.constantFrom(...fixtures), fc.array(edit, { minLength: 1, maxLength: 6 }), (fixture, edits) => {
        let text = fixture.text
        for (const { at, removed, put } of edits) {
          const start = Math.floor(at * text.length)
          text = text.slice(0, start) + put + text.slice(start + removed)
        }
        check(fixture.name, text)
      }),
      { numRuns: 400 },
    )
  })

  it("made of noise", () => {
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 40 }), (parts) => check("a.yaml", parts.join(""))),
      { numRuns: 400 },
    )
  })

  it("gives the same result each time", () => {
    for (const { name, text } of fixtures)
      expect(JSON.stringify(parseFile(name, text))).toBe(JSON.stringify(parseFile(name, text)))
  })
})

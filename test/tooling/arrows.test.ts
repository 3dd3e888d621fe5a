import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { ARROWS, findWrongArrows } from "../../scripts/arrows.ts"

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "charter arrows "))
  write("package.json", JSON.stringify({ dependencies: { effect: "4.1.0", yaml: "2.9.1" } }))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it("finds nothing wrong in this repository", () => {
  expect(findWrongArrows(fileURLToPath(new URL("../..", import.meta.url)))).toEqual([])
})

describe("every arrow of the table", () => {
  const entries = Object.keys(ARROWS)

  it.each(entries)("from %s", (from) => {
    const [file, up] = from.endsWith(".ts") ? [`src/${from}`, "./"] : [`src/${from}/deep/a.ts`, "../../"]
    for (const to of entries.filter((entry) => entry !== from)) {
      const target = to.endsWith(".ts") ? to : `${to}/b.ts`
      write(`src/${target}`, "export const b = 1")
      write(file, `// first line\nexport const a = 1; export { b } from "${up}${target}"`)
      const message = expect.stringContaining(`${from} may not import ${to} (src/${target})`)
      expect(findWrongArrows(root), to).toEqual(
        ARROWS[from]?.includes(to) === true ? [] : [{ file, line: 2, column: 39, message }],
      )
      rmSync(join(root, "src"), { recursive: true })
    }
  })

  it("leads downwards only", () => {
    const order: Array<string> = []
    const place = (entry: string, above: ReadonlyArray<string>): void => {
      expect(above).not.toContain(entry)
      for (const below of ARROWS[entry] ?? []) if (!order.includes(below)) place(below, [...above, entry])
      if (!order.includes(entry)) order.push(entry)
    }
    for (const entry of entries) place(entry, [])
    expect(order.toSorted()).toEqual(entries.toSorted())
  })
})

describe("every way to import", () => {
  it.each([
    ['import "../log/b.ts"'],
    ['import { b } from "../log/b.ts"'],
    ['import b, * as c from "../log/b.ts"'],
    ['import type { B } from "../log/b.ts"'],
    ['export * from "../log/b.ts"'],
    ['export type { B } from "../log/b.ts"'],
    ['const b = await import("../log/b.ts")'],
    ["const b = await import('../log/b.ts')"],
  ])("%s", (text) => {
    write("src/kernel/a.ts", text)
    expect(messages()).toEqual([expect.stringContaining("kernel may not import log")])
  })

  it("a computed name cannot be checked, so it is wrong", () => {
    write("src/log/a.ts", "const b = await import(`../kernel/${name}.ts`)")
    expect(messages()).toEqual([expect.stringContaining("computed name")])
  })
})

describe("the pure folders", () => {
  it.each([
    ["domain", 'import { parse } from "yaml"', "domain imports only effect"],
    ["language", 'import { readFileSync } from "node:fs"', "it may not use readFileSync of node:fs"],
    ["kernel", 'import { randomUUID } from "node:crypto"', "it may not use randomUUID"],
    ["kernel", 'import * as crypto from "node:crypto"', "it may not use all of node:crypto"],
    ["kernel", 'import { Effect } from "effect"', "of effect it may take Schema"],
    ["kernel", 'import * as Effect from "effect/Effect"', "of effect it may take Schema"],
    ["kernel", "export const now = () => new Date().getTime()", "reads the clock"],
    ["kernel", "export const now = () => Date()", "reads the clock"],
  ])("%s: %s", (folder, text, message) => {
    write(`src/${folder}/a.ts`, text)
    expect(messages()).toEqual([expect.stringContaining(message)])
  })

  it.each([
    ["language", 'import { parse } from "yaml"'],
    ["domain", 'import { Schema } from "effect"'],
    ["kernel", 'import { createHash } from "node:crypto"'],
    ["kernel", "export const year = (millis: number) => new Date(millis).getUTCFullYear()"],
  ])("may: %s: %s", (folder, text) => {
    write(`src/${folder}/a.ts`, text)
    expect(messages()).toEqual([])
  })
})

describe("the program", () => {
  it.each([
    ["src/log/a.ts", 'import { x } from "../../test/x.ts"', "no part of it"],
    ["src/log/a.ts", 'import { x } from "./b.test.ts"', "only tests may import a test"],
    ["src/log/a.ts", 'import fc from "fast-check"', "fast-check is neither in the dependencies"],
    ["src/log/a.ts", 'import x from "@scope/name/sub"', "@scope/name is neither in the dependencies"],
    ["src/new/a.ts", "export const a = 1", "src/new has no arrows yet"],
  ])("%s: %s", (file, text, message) => {
    write(file, text)
    expect(messages()).toEqual([expect.stringContaining(message)])
  })

  it("leaves its tests free", () => {
    write("src/kernel/a.test.ts", 'import { x } from "../log/x.ts"\nimport fc from "fast-check"\nnew Date()')
    expect(messages()).toEqual([])
  })
})

function write(file: string, text: string) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const messages = () => findWrongArrows(root).map(({ message }) => message)

import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type ParsedFile, parseFile } from "../language/load.ts"
import { check } from "./judge.ts"
import { type Memory, openMemory } from "./memory.ts"
import { isTestFile } from "./scan.ts"
import { isError, isValid, makeParse, type Source, type Sources, type Text, textOf } from "./source.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const FILES = globSync(
  ["{contracts,organizations,test/language/good,test/scenarios}/**/*.yaml", "test/language/bad/*.yaml"],
  { cwd: ROOT },
).map((file) => textOf(file, readFileSync(join(ROOT, file), "utf8")))

const folder = mkdtempSync(join(tmpdir(), "charter-memory-"))
const file = join(folder, "checked-rules")
beforeEach(() => mkdirSync(folder, { recursive: true }))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const opened = (build = "this build"): Memory => openMemory({ file, build })

const byFile = (sources: ReadonlyArray<Source>): Sources => new Map(sources.map((source) => [source.file, source]))

/** What a daemon does with its files between start and end: parses those that are not known, checks, and saves. */
const live = (memory: Memory, texts: ReadonlyArray<Text>): void => {
  const parse = makeParse(memory.parsed)
  const valid = texts.map(parse).filter(isValid)
  const sources = byFile(valid.filter((one) => !isTestFile(one.file)))
  memory.accept(sources, memory.accepted(sources) ?? check(sources).filter((one) => !isError(one)))
  Effect.runSync(memory.save(byFile(valid.filter((one) => isTestFile(one.file)))))
}

const partsOf = ({ contracts, organizations, tests }: ParsedFile) => [contracts, organizations, tests]

/** All that can be asked of two parses of one text is the same. Gives how many places were compared. */
const compare = (remembered: ParsedFile, fresh: ParsedFile): number => {
  const { places, ...rest } = remembered
  const { places: freshPlaces, ...freshRest } = fresh
  expect(rest).toStrictEqual(freshRest)
  const keys = new Set<string | undefined>([undefined, ...namesIn(partsOf(fresh))])
  let compared = 0
  const walk = (left: unknown, right: unknown): void => {
    if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) return
    for (const key of keys) {
      const place = freshPlaces.get(right, key)
      expect(places.get(left, key)).toEqual(place)
      if (place !== undefined) compared += 1
    }
    for (const [key, part] of Object.entries(left)) walk(part, (right as Record<string, unknown>)[key])
  }
  walk(partsOf(remembered), partsOf(fresh))
  return compared
}

const namesIn = (value: unknown): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, part]) => [key, ...namesIn(part)])

describe("what is remembered", () => {
  it("is what parsing gives, with every place, of each file without errors; of others nothing", () => {
    live(opened(), FILES)
    const memory = opened()
    let places = 0
    for (const text of FILES) {
      const fresh = parseFile(text.file, text.text)
      const remembered = memory.parsed(text)
      expect([text.file, remembered !== undefined]).toEqual([text.file, !fresh.diagnostics.some(isError)])
      if (remembered !== undefined) places += compare(remembered, fresh)
    }
    expect(places).toBeGreaterThan(500)
  })

  it("is so for whatever the texts are changed to", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FILES),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom("", "\n", "# ünder\n", "---\n", "1e3", "-0", '"\\u2028"')), {
          maxLength: 3,
        }),
        (original, edits) => {
          let changed = original.text
          for (const [at, words] of edits) {
            const lines = changed.split("\n")
            lines.splice(at % lines.length, words === "" ? 1 : 0, ...(words === "" ? [] : [words]))
            changed = lines.join("\n")
          }
          const text = textOf(original.file, changed)
          rmSync(file, { force: true })
          live(opened(), [text])
          const remembered = opened().parsed(text)
          if (remembered !== undefined) compare(remembered, parseFile(text.file, text.text))
        },
      ),
      { numRuns: 100 },
    )
  })
})

const A = textOf("contracts/a.yaml", 'contract: a\nscope: "@global"\non: deploy.requested\nthen: [{ deny: no }]\n')
const B = textOf("contracts/b.yaml", 'contract: b\nscope: "@global"\non: note.made\nthen: [{ deny: no }]\n')
const BROKEN = textOf("contracts/c.yaml", "contract: c\n")

const knows = (memory: Memory, ...texts: ReadonlyArray<Text>) => texts.map((text) => memory.parsed(text) !== undefined)
const setOf = (...texts: ReadonlyArray<Text>) => byFile(texts.map(makeParse()))

describe("the memory's file", () => {
  it("is of one text of one file under one build, and of exactly the set that was accepted", () => {
    live(opened(), [A, B])
    expect(knows(opened(), A, B)).toEqual([true, true])
    expect(knows(opened(), textOf(A.file, B.text), textOf(A.file, `${A.text}\n`))).toEqual([false, false])
    expect(knows(opened("another build"), A, B)).toEqual([false, false])
    expect(opened().accepted(setOf(B, A))).toEqual([])
    for (const other of [setOf(A), setOf(A, textOf(B.file, `${B.text}\n`)), setOf(A, B, BROKEN)])
      expect(opened().accepted(other)).toBeUndefined()
    expect(opened("another build").accepted(setOf(A, B))).toBeUndefined()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it("keeps the warnings about the set", () => {
    const { file: name, text } = FILES.find((one) => one.file.endsWith("bad/warnings.yaml"))!
    const sources = setOf(textOf(name, text))
    const warnings = [...sources.values()].flatMap(({ parsed }) => parsed.diagnostics)
    expect(warnings.length).toBeGreaterThan(0)
    const memory = opened()
    memory.accept(sources, warnings)
    Effect.runSync(memory.save(new Map()))
    expect(opened().accepted(sources)).toStrictEqual(warnings)
  })

  it("is not read where any byte of it is another, or missing", () => {
    live(opened(), [A, B])
    const whole = readFileSync(file)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
        const damaged = cut ? whole.subarray(0, at) : Buffer.from(whole)
        if (!cut) damaged[at]! ^= change
        writeFileSync(file, damaged)
        const memory = opened()
        for (const text of [A, B]) {
          const remembered = memory.parsed(text)
          if (remembered !== undefined) compare(remembered, parseFile(text.file, text.text))
        }
        const accepted = memory.accepted(setOf(A, B))
        expect(accepted ?? []).toEqual([])
        if (!cut) expect(knows(memory, A, B)).toEqual([false, false])
      }),
      { numRuns: 200 },
    )
    writeFileSync(file, whole)
    expect(knows(opened(), A, B)).toEqual([true, true])
  })

  it("is left alone where nothing has changed, and replaced where something has", () => {
    live(opened(), [A, B, BROKEN])
    const { ino } = statSync(file)
    live(opened(), [A, B])
    expect(statSync(file).ino).toBe(ino)
    const memory = opened()
    const { text } = A
    const changed = textOf(A.file, text.replace("no", "never"))
    live(memory, [changed, B])
    expect(knows(opened(), A, changed, B)).toEqual([false, true, true])
    // The same memory, later in the life of its daemon.
    live(memory, [A, B])
    expect(knows(opened(), A, changed, B)).toEqual([true, false, true])
  })

  it("that cannot be written is none", () => {
    rmSync(folder, { recursive: true })
    live(opened(), [A])
    expect(knows(opened(), A)).toEqual([false])
  })
})

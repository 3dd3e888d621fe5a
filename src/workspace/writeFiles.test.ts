import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { targetOf, withdrawFiles, withWhatWasBefore, writeFiles } from "./writeFiles.ts"

const ONE = "contracts/one.yaml"
const TWO = "contracts/two.yaml"

let root: string
let journal: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "charter-write-"))
  journal = join(root, "journal")
  mkdirSync(join(root, "contracts"))
  for (const file of [ONE, TWO]) writeFileSync(join(root, file), "before")
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const read = (): ReadonlyArray<string> => [ONE, TWO].map((file) => readFileSync(join(root, file), "utf8"))
const base = targetOf({ file: ONE, text: "before" })
const change = {
  change: "c",
  files: [ONE, TWO].map((file) => ({ file, text: "after", base, before: "before" })),
  written: false,
}

describe("a change that breaks off", () => {
  /** Where the new text of a file is written before it takes the file's name. */
  const inTheWay = () => join(root, "contracts", ".one.yaml.charter")
  const breakOff = () =>
    writeFiles(root, journal, change, (point, file) => {
      if (point === "written") mkdirSync(inTheWay())
      if (file === TWO) throw new Error("the disk is full")
    })

  it("half-way, and whose first file cannot be put back, is withdrawn when that can be done, and not before; the next start then finds nothing to finish", () => {
    expect(breakOff).toThrow()
    expect(read()).toEqual(["after", "before"])
    expect(withdrawFiles(root, journal, "c")).toMatch(/^what is written of it cannot be put back: /)
    expect(existsSync(join(journal, "c.json"))).toBe(true)
    rmSync(inTheWay(), { recursive: true })
    expect(withdrawFiles(root, journal, "c")).toBeUndefined()
    expect(read()).toEqual(["before", "before"])
    expect(existsSync(join(journal, "c.json"))).toBe(false)
  })

  it("is put back to what was there before the first try where the next one fails, too", () => {
    expect(breakOff).toThrow()
    rmSync(inTheWay(), { recursive: true })
    // The next try finds the first file as it is to be, as if somebody had edited it so.
    const again = { ...change, files: change.files.map((one, at) => (at === 0 ? { ...one, before: "after" } : one)) }
    expect(
      writeFiles(root, journal, withWhatWasBefore(journal, again), () => {
        throw new Error("the disk is full")
      }),
    ).toContain("the disk is full")
    expect(read()).toEqual(["before", "before"])
    expect(existsSync(join(journal, "c.json"))).toBe(false)
  })

  it("is put back where it cannot be said that it is written", () => {
    const mark = join(journal, `c.json.${process.pid}`)
    const unmarked = () =>
      writeFiles(root, journal, change, (point, file) => {
        if (point === "written" && file === TWO) mkdirSync(mark)
      })
    expect(unmarked).toThrow()
    expect(read()).toEqual(["before", "before"])
    rmSync(mark, { recursive: true })
    expect(writeFiles(root, journal, change)).toBeUndefined()
    expect(read()).toEqual(["after", "after"])
  })

  it("leaves an edit of somebody else's where it is", () => {
    writeFileSync(join(root, ONE), "after")
    const edited = { ...change, files: change.files.map((one, at) => (at === 0 ? { ...one, before: one.text } : one)) }
    const broken = () =>
      writeFiles(root, journal, edited, () => {
        mkdirSync(join(root, "contracts", ".two.yaml.charter"))
      })
    expect(broken()).toContain("two.yaml cannot be written")
    expect(read()).toEqual(["after", "before"])
    expect(withdrawFiles(root, journal, "c")).toBeUndefined()
    expect(read()).toEqual(["after", "before"])
  })
})

import type * as FileSystem from "node:fs"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { isSourceName, isTestFile, makeScan, sameScan } from "./scan.ts"

/** The file system's clock: every change happens in this one tick. */
const TICK_MS = 1_700_000_000_000

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof FileSystem>()
  const frozen = (path: string, options: object) => {
    const stats = actual.lstatSync(path, { ...options, bigint: false })
    return stats && Object.assign(stats, { mtimeMs: TICK_MS, ctimeMs: TICK_MS })
  }
  return { ...actual, lstatSync: frozen, readFileSync: vi.fn(actual.readFileSync) }
})

describe("a scan", () => {
  let workspace = ""
  const file = () => join(workspace, "contracts/a.yaml")
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), "charter scan "))
    mkdirSync(join(workspace, "contracts"))
    writeFileSync(file(), "one")
    vi.mocked(readFileSync).mockClear()
  })
  afterEach(() => rmSync(workspace, { recursive: true }))

  it("reads a file again that it read within the tick of its last change, though size and times are the same", async () => {
    const scan = makeScan(workspace)
    const first = await Effect.runPromise(scan(TICK_MS + 1))
    writeFileSync(file(), "two")
    const second = await Effect.runPromise(scan(TICK_MS + 2))
    expect(second.texts.get("contracts/a.yaml")?.text).toBe("two")
    expect(sameScan(first, second)).toBe(false)
  })

  it("does not read again what has not changed since", async () => {
    const scan = makeScan(workspace)
    const first = await Effect.runPromise(scan(TICK_MS + 5_000))
    const second = await Effect.runPromise(scan(TICK_MS + 10_000))
    expect(sameScan(first, second)).toBe(true)
    expect(readFileSync).toHaveBeenCalledTimes(1)
    expect(second).toMatchObject({ faults: [], vanished: ["organizations"], youngest: TICK_MS })
  })
})

describe("names", () => {
  it.each([
    ["a.yaml", true],
    ["a.yml", true],
    ["A.YAML", true],
    ["a.test.yaml", true],
    [".yaml", false],
    [".a.yaml", false],
    ["#a.yaml", false],
    ["a.yaml~", false],
    ["a.yaml.swp", false],
    ["a.yaml#", false],
    ["yaml", false],
  ])("%s: %s", (name, expected) => {
    expect(isSourceName(name)).toBe(expected)
  })

  it("of tests end in .test.yaml", () => {
    expect(["a.test.yaml", "a.test.yml", "a.yaml", "test.yaml"].map(isTestFile)).toEqual([true, true, false, false])
  })
})

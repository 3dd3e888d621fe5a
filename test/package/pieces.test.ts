/** What is loaded for a command, read from the bundle itself: a command that asks the daemon must start at once. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Metafile } from "esbuild"
import { afterAll, beforeAll, expect, it } from "vitest"
import { bundle } from "../../scripts/bundle.ts"

/** These work on files or on the log themselves; every other command only talks to the daemon. */
const WORKS_ITSELF = [
  "auditVerify",
  "backup",
  "describe",
  "doctor",
  "executors",
  "init",
  "lint",
  "propose",
  "rebuild",
  "test",
].map((name) => `src/cli/commands/${name}.ts`)

/** Larger, and starting is felt. */
const MAX_START_BYTES = 256 * 1024

const root = mkdtempSync(join(tmpdir(), "charter-pieces-"))
let outputs: Metafile["outputs"] = {}
beforeAll(async () => {
  outputs = (await bundle(join(root, "dist"))).outputs
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The file, and all that is loaded with it: what it imports on demand is not. */
const loadedWith = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const { path, kind } of outputs[file]?.imports ?? []) if (kind !== "dynamic-import") loadedWith(path, seen)
  return seen
}

/** By its source: the packages of which there is code, and how much code there is in all. */
const pieces = () =>
  new Map(
    Object.entries(outputs).flatMap(([file, { entryPoint }]) => {
      if (entryPoint === undefined) return []
      const loaded = [...loadedWith(file)]
      const inputs = loaded.flatMap((one) => [one, ...Object.keys(outputs[one]?.inputs ?? {})])
      const packages = inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input)
      const bytes = loaded.reduce((sum, one) => sum + (outputs[one]?.bytes ?? 0), 0)
      return [[entryPoint, { packages: new Set(packages), bytes }] as const]
    }),
  )

it("neither --help nor a command that asks the daemon loads effect or libsql", () => {
  const found = pieces()
  const light = [...found].filter(
    ([source]) =>
      ["src/bin.ts", "src/cli/run.ts"].includes(source) ||
      (source.startsWith("src/cli/commands/") && !WORKS_ITSELF.includes(source)),
  )
  expect(light.length).toBeGreaterThan(25)
  for (const [source, { packages, bytes }] of light) {
    expect([source, packages.has("effect"), packages.has("libsql")]).toEqual([source, false, false])
    expect([source, bytes < MAX_START_BYTES]).toEqual([source, true])
  }
})

it("the daemon and the commands that work themselves do: the look finds them", () => {
  const found = pieces()
  for (const source of ["src/daemon.ts", "src/library/index.ts"])
    expect(["effect", "libsql"].map((name) => found.get(source)?.packages.has(name))).toEqual([true, true])
  for (const source of WORKS_ITSELF) expect([source, found.get(source)?.packages.has("effect")]).toEqual([source, true])
})

/** What is loaded for a command, read from the bundle itself: a command that asks the daemon must start at once. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { OutputChunk } from "rolldown"
import { afterAll, beforeAll, expect, it } from "vitest"
import { bundle } from "../../scripts/bundle.ts"
import { loadedWith, packagesOf } from "../../scripts/pieces.ts"

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
/** Each costs the start a third of a millisecond. */
const MAX_DAEMON_PIECES = 40

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const root = mkdtempSync(join(tmpdir(), "charter-pieces-"))
let chunks: ReadonlyArray<OutputChunk> = []
beforeAll(async () => {
  chunks = await bundle(join(root, "dist"))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** By its source: the packages of which there is code, and how much code there is in all. */
const pieces = () =>
  new Map(
    chunks.flatMap(({ fileName, facadeModuleId }) => {
      if (facadeModuleId === null) return []
      const loaded = loadedWith(fileName, chunks)
      const bytes = chunks.reduce((sum, one) => sum + (loaded.has(one.fileName) ? one.code.length : 0), 0)
      return [[relative(ROOT, facadeModuleId), { packages: packagesOf(loaded, chunks), bytes }] as const]
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

/** What Node really loads of the bundle for a command, on demand too, by the hooks of its loader. */
const loadedBy = (...args: ReadonlyArray<string>) => {
  const hook = join(root, "hook.mjs")
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module"
     registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) })`,
  )
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", hook, join(root, "dist", "charter.js"), ...args],
    { cwd: root, encoding: "utf8", env: { HOME: root } },
  )
  const files = stderr.split("\n").flatMap((url) => (url.startsWith("file:") ? [fileURLToPath(url)] : []))
  const loaded = files.filter((file) => file !== hook).map((file) => relative(join(root, "dist"), file))
  return { status, stdout, files: loaded, packages: packagesOf(loaded, chunks) }
}

it.each([[["--help"]], [["--version"]], [["completion", "zsh"]], [["status", "--help"]]])(
  "%s loads no effect and no libsql when it runs, and nothing outside of the bundle",
  (args) => {
    const { status, stdout, files, packages } = loadedBy(...args)
    expect([status, stdout === ""]).toEqual([0, false])
    expect(files).toContain("charter.js")
    expect(files.filter((file) => file.includes("/"))).toEqual([])
    expect([packages.has("effect"), packages.has("libsql")]).toEqual([false, false])
  },
)

it("a daemon opens few pieces, however many share what is in them", () => {
  const daemon = new Set(["bin.ts", "cli/run.ts", "cli/commands/up.ts", "cli/foreground.ts", "daemon.ts"])
  const opened = chunks.flatMap(({ fileName, facadeModuleId }) =>
    facadeModuleId !== null && daemon.has(relative(join(ROOT, "src"), facadeModuleId))
      ? [...loadedWith(fileName, chunks)]
      : [],
  )
  expect(new Set(opened).size).toBeLessThan(MAX_DAEMON_PIECES)
})

it("a command that works itself loads effect when it runs: the look finds it", () => {
  expect(loadedBy("lint", "--workspace", ROOT).packages.has("effect")).toBe(true)
})

it("the daemon and the commands that work themselves do: the look finds them", () => {
  const found = pieces()
  for (const source of ["src/daemon.ts", "src/library/index.ts"])
    expect(["effect", "libsql"].map((name) => found.get(source)?.packages.has(name))).toEqual([true, true])
  for (const source of WORKS_ITSELF) expect([source, found.get(source)?.packages.has("effect")]).toEqual([source, true])
})

it("an old Node is told what is needed, and whether npm could not fetch another one, did not put it in place, or did", () => {
  const old = join(root, "old.mjs")
  writeFileSync(old, 'Object.defineProperty(process.versions, "node", { value: "20.1.0" })')
  const told = () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", old, join(root, "dist", "charter.js"), "up"],
      { cwd: root, encoding: "utf8", env: { HOME: root } },
    )
    expect([status, stdout]).toEqual([1, ""])
    expect(stderr).toMatch(/^charter: Charter \S+ needs Node 24 or newer, and this is Node 20\.1\.0 \(.+\)\.\n/)
    expect(stderr).toContain("CHARTER_NODE=/path/to/node charter")
    return stderr
  }
  expect(told()).toContain("npm could not fetch Charter's own Node")
  expect(told()).not.toContain("npm rebuild")
  mkdirSync(join(root, "node_modules", "node"), { recursive: true })
  expect(told()).toContain("npm rebuild node --ignore-scripts=false")
  expect(told()).not.toContain("could not fetch")
  mkdirSync(join(root, "node_modules", "node", "bin"))
  writeFileSync(join(root, "node_modules", "node", "bin", "node"), "")
  expect(told()).toContain("leave out CHARTER_NODE")
  expect(told()).not.toContain("npm rebuild")
})

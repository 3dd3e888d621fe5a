/** The programs of `docs/library.md` hold in a strict project, run, and print what the page says. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { markedIn, UNMARKED } from "./examples.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const LIBRARY = join(ROOT, "src/library/index.ts")
const folder = mkdtempSync(join(tmpdir(), "charter-library-docs-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const page = markedIn("docs/library.md")
const programs = page.flatMap((one, index) => {
  if (one.kind !== "run") return []
  const file = `line-${one.line}.ts`
  writeFileSync(join(folder, file), one.text.replace('from "charter"', `from ${JSON.stringify(LIBRARY)}`))
  const next = page[index + 1]
  return [[file, next?.kind === "prints" ? `${next.text}\n` : undefined] as const]
})
writeFileSync(join(folder, "package.json"), '{ "type": "module" }')

describe("docs/library.md", () => {
  it("has programs, and none that is not run", () => {
    expect(programs.length).toBeGreaterThan(3)
    expect(page.filter(({ kind, language }) => kind === UNMARKED && language !== undefined)).toEqual([])
  })

  it("has programs whose types hold", () => {
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(ROOT, "node_modules/@types")], plugins: [], rootDir: "/" },
      include: ["*.ts"],
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
    const tsc = join(ROOT, "node_modules/.bin/tsc")
    execFileSync(tsc, ["--project", folder], { stdio: ["ignore", "inherit", "inherit"] })
  })

  it.each(programs)("%s does what is said", (file, prints) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: "utf8" })
    expect([status, stderr]).toEqual([0, ""])
    if (prints !== undefined) expect(stdout).toBe(prints)
  })
})

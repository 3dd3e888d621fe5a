import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const CONFIGURATION = ["package.json", "tsconfig.json", "vitest.config.ts", ".oxlintrc.json", ".oxfmtrc.json"]
const GOOD = `import { expect, it } from "vitest"

it("adds", () => {
  expect(1 + 1).toBe(2)
})
`

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "charter check "))
  for (const file of CONFIGURATION) cpSync(join(ROOT, file), join(root, file))
  for (const file of ["check.ts", "arrows.ts", "bundled.ts", "summaryReporter.ts"]) {
    cpSync(join(ROOT, "scripts", file), join(root, "scripts", file))
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"))
  for (const script of ["schemas", "readme"]) write(`scripts/${script}.ts`, "process.exitCode = 0\n")
  write("src/domain/a.test.ts", GOOD)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

it("passes a sound tree, one line for each step", () => {
  const { status, stdout } = check()
  expect(stdout).toMatch(
    /^types +ok.* s\neffect +ok.* s\nlint +ok.* s\nformat +ok.* s\narrows +ok.* s\nschemas +ok.* s\nreadme +ok.* s\ntests +ok.* s\n$/,
  )
  expect(status).toBe(0)
})

it.each([
  ["types", "src/domain/b.ts", "export const b: string = 1\n", "b.ts(1,14)"],
  ["effect", "src/log/b.ts", `import { Effect } from "effect"\n\nEffect.succeed(1)\n`, "floatingEffect"],
  ["lint", "src/http/b.ts", `console.log("hello")\n`, "no-console"],
  ["lint", "src/kernel/b.ts", "export const now = () => Date.now()\n", "log time"],
  ["lint", "src/http/b.ts", "export const b = (a: any) => a as string\n", "no-explicit-any"],
  ["lint", "src/http/b.ts", "// oxlint-disable-next-line no-console\nexport const b = 1\n", "Unused oxlint-disable"],
  [
    "lint",
    "src/http/b.ts",
    `import { NodeHttp } from "@effect/platform-node"\n\nexport const b = NodeHttp\n`,
    "sub-path",
  ],
  ["lint", "src/http/b.ts", `import { b as c } from "./b.ts"\n\nexport const b: number = c\n`, "no-self-import"],
  ["format", "src/domain/b.ts", "export const b = 'b';\n", "src/domain/b.ts"],
  ["arrows", "src/domain/b.ts", `export * from "../kernel/a.ts"\n`, "domain may not import kernel"],
  ["schemas", "scripts/schemas.ts", `process.exitCode = process.argv.includes("--check") ? 1 : 0\n`, "schemas"],
  ["readme", "scripts/readme.ts", `process.exitCode = process.argv.includes("--check") ? 1 : 0\n`, "readme"],
  ["tests", "src/domain/b.test.ts", GOOD.replace("toBe(2)", "toBe(3)"), "1 passed, 1 failed, 0 skipped"],
])("%s fails on %s: %j", (step, file, text, told) => {
  write(file, text)
  const { status, stdout } = check(step)
  expect(stdout).toMatch(new RegExp(`^${step} +FAILED`))
  expect(stdout).toContain(told)
  expect(stdout).toContain(`failed: ${step}\n`)
  expect(status).toBe(1)
})

it("runs only the steps that are asked for, all of them although one fails", () => {
  write("src/domain/b.ts", "export const b: string = 1;\n")
  const { stdout } = check("arrows", "types", "format")
  expect(stdout).toMatch(/^types +FAILED.*\nformat +FAILED.*\narrows +ok.*\n/)
  expect(stdout).toContain("failed: types, format\n")
})

it("refuses a step that it does not know", () => {
  const { status, stderr } = check("typos")
  expect(stderr).toContain("no such step: typos")
  expect(status).toBe(2)
})

function check(...steps: ReadonlyArray<string>) {
  return spawnSync(process.execPath, [join(root, "scripts", "check.ts"), ...steps], { encoding: "utf8" })
}

function write(file: string, text: string) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** Files with mistakes, each beside the list of `line:column code` that is to be found: no more, and no less. */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { formatDiagnostic } from "../../src/domain/diagnostic.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")
const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(new URL(folder, import.meta.url)).filter((name) => name.endsWith(".yaml"))

const organizations = parseFile("organization.yaml", read("organization.yaml"))

const diagnose = (file: string, text: string) => {
  const parsed = parseFile(file, text)
  const across = checkSet([organizations, parsed]).filter((diagnostic) => diagnostic.file === file)
  return [...parsed.diagnostics, ...across].toSorted((a, b) => a.line - b.line || a.column - b.column)
}

describe("bad files", () => {
  it.each(filesIn("bad/"))("%s", (file) => {
    const found = diagnose(file, read(`bad/${file}`)).map(
      ({ line, column, severity, code }) => `${line}:${column} ${severity === "warning" ? "warning " : ""}${code}`,
    )
    expect(found).toEqual(
      read(`bad/${file.replace(/yaml$/, "expected")}`)
        .trimEnd()
        .split("\n"),
    )
  })
})

describe("good files", () => {
  it("says nothing of the organizations", () => {
    expect([...organizations.diagnostics, ...checkSet([organizations])].map(formatDiagnostic)).toEqual([])
  })

  it.each(filesIn("good/"))("%s: the same contract in two notations is one version", (file) => {
    const parsed = parseFile(file, read(`good/${file}`))
    expect(parsed.diagnostics.map(formatDiagnostic)).toEqual([])
    expect(parsed.contracts.length).toBeGreaterThan(1)
    for (const { id, then, when, version } of parsed.contracts) {
      const twin = parsed.contracts.find((other) => other.id === id)!
      expect(then).toEqual(twin.then)
      expect(when).toEqual(twin.when)
      expect(version).toBe(twin.version)
    }
  })
})

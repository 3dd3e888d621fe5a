/** The language itself is broken on purpose: what it fails at is told, and all else goes on. */
import { Effect } from "effect"
import { afterEach, describe, expect, it, vi } from "vitest"
import type * as ContractDocument from "../../src/language/contractDocument.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"
import { contract, inFolder, names, open, organization } from "./scenario.ts"

const broken = vi.hoisted(() => ({ reading: "", counters: "" }))

vi.mock("../../src/language/contractDocument.ts", async (importOriginal) => {
  const original = await importOriginal<typeof ContractDocument>()
  return {
    ...original,
    readContract: (...given: Parameters<typeof original.readContract>) => {
      const read = original.readContract(...given)
      if (read.id === broken.reading) throw new Error("a wheel came off")
      return read
    },
  }
})

vi.mock("../../src/language/lint/counters.ts", () => ({
  checkCounters: ({ contracts }: { readonly contracts: ReadonlyArray<{ readonly id: string }> }) => {
    if (contracts.some(({ id }) => id === broken.counters)) throw new Error("a spring broke")
  },
}))

afterEach(() => {
  broken.reading = ""
  broken.counters = ""
})

describe("a defect of the language", () => {
  it("is an error of the file that it was met in, and the others' findings stay", () => {
    broken.reading = "b"
    broken.counters = "c"
    const files = [
      parseFile("contracts/a.yaml", contract("a", "no", "@nowhere")),
      parseFile("contracts/b.yaml", `${organization("@team")}---\n${contract("b")}`),
      parseFile("contracts/c.yaml", contract("c", "no", "@team")),
      parseFile("contracts/d.yaml", contract("d", "no", "@team")),
    ]
    const found = [...files.flatMap(({ diagnostics }) => diagnostics), ...checkSet(files)]
    expect(found.map(({ file, code, message }) => [file, code, message])).toEqual([
      ["contracts/b.yaml", "internal", "This file could not be checked: a wheel came off."],
      ["contracts/a.yaml", "unknown-organization", "There is no organization @nowhere."],
      ["contracts/c.yaml", "internal", "This file could not be checked: a spring broke."],
    ])
  })

  it.each([
    ["where a file is read", "reading"],
    ["where a rule is applied", "counters"],
  ] as const)("%s keeps the file's last good version in force, and takes the others", (_name, where) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/b.yaml", contract("b"))
        const opened = yield* open(folder)
        broken[where] = "x"
        folder.write("contracts/b.yaml", contract("x"))
        folder.write("contracts/c.yaml", contract("c"))
        const { diagnostics } = yield* opened.until("rejected")
        expect(diagnostics).toMatchObject([{ file: "contracts/b.yaml", severity: "error", code: "internal" }])
        yield* opened.workspace.settled
        expect(yield* names(opened)).toEqual(["@global/a", "@global/b", "@global/c"])
        folder.write("contracts/b.yaml", contract("b", "new"))
        yield* opened.until("revised", ({ change }) => change.changed.includes("@global/b"))
        expect((yield* opened.workspace.status).rejected).toEqual([])
      }),
    )(),
  )

  it(
    "where a set is accepted leaves the last good set in force, and is told",
    inFolder((folder) =>
      Effect.gen(function* () {
        let sound = true
        const accept = () =>
          Effect.sync(() => {
            if (!sound) throw new Error("a gear slipped")
          })
        folder.write("contracts/a.yaml", contract("a"))
        const opened = yield* open(folder, { accept })
        sound = false
        folder.write("contracts/b.yaml", contract("b"))
        const { diagnostics } = yield* opened.until("rejected")
        expect(diagnostics).toMatchObject([{ file: "contracts/b.yaml", code: "internal" }])
        expect(yield* names(opened)).toEqual(["@global/a"])
        sound = true
        folder.write("contracts/b.yaml", contract("b", "new"))
        yield* opened.until("revised", ({ change }) => change.added.includes("@global/b"))
      }),
    ),
  )
})

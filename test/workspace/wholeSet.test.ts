import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { Diagnostic } from "../../src/domain/diagnostic.ts"
import { BROKEN, contract, inFolder, names, open, organization, several } from "./scenario.ts"

const errorIn = (file: string): Diagnostic => ({
  file,
  line: 3,
  column: 1,
  severity: "error",
  code: "unsupported",
  message: "this version does not do that yet",
})

describe("an error of the whole set", () => {
  it(
    "rejects the two files of one full name, and takes the others",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/b.yaml", contract("b"))
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        folder.write("contracts/b.yaml", several(contract("b", "new"), contract("x")))
        folder.write("contracts/c.yaml", contract("x"))
        folder.write("contracts/d.yaml", contract("d"))
        const { change } = yield* workspace.until("revised")
        expect(change).toMatchObject({ added: ["@global/d"], removed: [], changed: [] })
        expect((yield* workspace.until("rejected")).files.toSorted()).toEqual(["contracts/b.yaml", "contracts/c.yaml"])
        folder.remove("contracts/c.yaml")
        expect((yield* workspace.until("revised")).change).toMatchObject({
          added: ["@global/x"],
          changed: ["@global/b"],
        })
        expect((yield* workspace.workspace.status).rejected).toEqual([])
      }),
    ),
  )

  it(
    "rejects a new file that takes a name of a file which has not changed",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        folder.write("contracts/b.yaml", contract("a", "weaker"))
        expect((yield* workspace.until("rejected")).files).toContain("contracts/b.yaml")
        expect((yield* workspace.workspace.current).files).not.toHaveProperty(["contracts/b.yaml"])
        expect(yield* names(workspace)).toEqual(["@global/a"])
      }),
    ),
  )

  it(
    "keeps everything as it is where nothing tells which change is to blame",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a", "no", "@team"))
        folder.write("contracts/b.yaml", contract("b"))
        folder.write("organizations/team.yaml", organization("@team"))
        const workspace = yield* open(folder, {
          accept: ({ organizations }) =>
            organizations.some(({ members }) => members.some(({ name }) => name === "dana"))
              ? Effect.void
              : Effect.fail([errorIn("contracts/a.yaml")]),
        })
        yield* workspace.until("revised")
        const { revision } = yield* workspace.workspace.current
        folder.write("organizations/team.yaml", organization("@team", "erin"))
        folder.write("contracts/b.yaml", contract("b", "new"))
        expect((yield* workspace.until("rejected")).diagnostics).toEqual([errorIn("contracts/a.yaml")])
        expect((yield* workspace.workspace.current).revision).toBe(revision)
        folder.write("organizations/team.yaml", organization("@team", "dana"))
        expect((yield* workspace.until("revised")).change.changed).toEqual(["@global/b"])
      }),
    ),
  )

  it(
    "keeps together the files between which a contract moves while one of them is broken",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/from.yaml", several(contract("a"), contract("b")))
        folder.write("contracts/to.yaml", contract("c"))
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        folder.write("contracts/from.yaml", several(contract("a", "new"), BROKEN))
        folder.write("contracts/to.yaml", several(contract("c", "new"), contract("b")))
        const first = yield* workspace.until("rejected")
        expect(first).toMatchObject({ files: ["contracts/from.yaml"], organizations: undefined })
        const second = yield* workspace.until("rejected")
        expect(second).toMatchObject({ files: ["contracts/to.yaml"], organizations: ["@global"] })
        expect(second.diagnostics).toMatchObject([{ code: "waits-for-file" }])
        folder.write("contracts/from.yaml", contract("a", "new"))
        const { change } = yield* workspace.until("revised")
        expect(change).toMatchObject({ added: [], removed: [], changed: ["@global/a", "@global/c"] })
      }),
    ),
  )
})

describe("a consumer", () => {
  it(
    "refuses a candidate like an invalid file: the files that it names stay, the others take effect",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/b.yaml", contract("b"))
        const offered: Array<ReadonlyArray<string>> = []
        const workspace = yield* open(folder, {
          accept: (candidate) => {
            offered.push(Object.values(candidate.files).map(({ text }) => text))
            const bad = Object.entries(candidate.files).filter(([, { text }]) => text.includes("unsupported"))
            return bad.length === 0 ? Effect.void : Effect.fail(bad.map(([file]) => errorIn(file)))
          },
        })
        yield* workspace.until("revised")
        folder.write("contracts/a.yaml", contract("a", "unsupported"))
        folder.write("contracts/b.yaml", contract("b", "new"))
        const { change } = yield* workspace.until("revised")
        expect(change.changed).toEqual(["@global/b"])
        expect(change.set.files["contracts/a.yaml"]!.text).toBe(contract("a"))
        expect((yield* workspace.until("rejected")).diagnostics).toEqual([errorIn("contracts/a.yaml")])
        // The set that took effect is the one that was offered last.
        expect(offered.at(-1)).toEqual(Object.values(change.set.files).map(({ text }) => text))
        const before = offered.length
        yield* workspace.workspace.reload
        expect(offered.length - before).toBeLessThanOrEqual(1)
      }),
    ),
  )
})

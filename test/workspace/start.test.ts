import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { REMOVAL_GRACE_MS } from "../../src/workspace/protect.ts"
import { after, BROKEN, contract, inFolder, inVirtualTime, names, open, organization, several } from "./scenario.ts"

describe("what is loaded", () => {
  it(
    "takes every YAML file below both folders, and nothing else",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", several(contract("a"), contract("b")))
        folder.write("contracts/deep/er/c.yml", contract("c"))
        folder.write("organizations/team.yaml", organization("@team"))
        for (const name of [
          ".a.yaml",
          "a.yaml~",
          ".a.yaml.swp",
          "a.yaml.bak",
          "#a.yaml",
          "a.yaml___jb_tmp___",
          "4913",
          "a.txt",
        ])
          folder.write(`contracts/${name}`, contract("x"))
        folder.write("contracts/.hidden/x.yaml", contract("x"))
        folder.write("elsewhere/x.yaml", contract("x"))
        const opened = yield* open(folder)
        expect(yield* names(opened)).toEqual(["@global/a", "@global/b", "@global/c", "@team"])
        const first = yield* opened.next
        expect(first).toMatchObject({
          kind: "revised",
          change: { added: ["@global/a", "@global/b", "@global/c"], organizationsChanged: { added: ["@team"] } },
        })
        expect(first.kind === "revised" && Object.keys(first.change.set.files)).toEqual([
          "contracts/a.yaml",
          "contracts/deep/er/c.yml",
          "organizations/team.yaml",
        ])
      }),
    ),
  )

  it(
    "loads contract tests, which are no part of the revision",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        const opened = yield* open(folder)
        const { revision } = yield* opened.workspace.current
        folder.write(
          "contracts/a.test.yaml",
          'organization: "@global"\ncases:\n  - name: no\n    event: { type: deploy.requested }\n    expect: { verdict: deny }\n',
        )
        const { change } = yield* opened.until("reworded")
        expect(change.set.tests).toHaveLength(1)
        expect(change.set.revision).toBe(revision)
        expect(Object.keys(change.set.files)).toEqual(["contracts/a.yaml"])
        folder.write("contracts/a.test.yaml", BROKEN)
        expect((yield* opened.until("rejected")).files).toEqual(["contracts/a.test.yaml"])
        expect(yield* names(opened)).toEqual(["@global/a"])
      }),
    ),
  )

  it(
    "names a set by its rules alone: files, order and comments do not count",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/b.yaml", contract("b"))
        const first = yield* open(folder)
        const { revision } = (yield* first.until("revised")).change.set
        folder.write("contracts/a.yaml", several(`# moved here\n${contract("b")}`, contract("a")))
        folder.remove("contracts/b.yaml")
        const { change } = yield* first.until("reworded")
        expect(change.set.revision).toBe(revision)
        expect(change).toMatchObject({ added: [], removed: [], changed: [] })
        expect(change.filesChanged).toEqual(["contracts/a.yaml", "contracts/b.yaml"])
        folder.write("contracts/a.yaml", several(contract("b"), contract("a", "other")))
        const { change: later } = yield* first.until("revised")
        expect(later).toMatchObject({ added: [], removed: [], changed: ["@global/a"] })
      }),
    ),
  )

  it(
    "starts without any folder, and sees them appear",
    inFolder((folder) =>
      Effect.gen(function* () {
        const opened = yield* open(folder)
        expect(yield* names(opened)).toEqual([])
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("organizations/team.yaml", organization("@team"))
        yield* opened.until(
          "revised",
          ({ change }) => change.set.contracts.length + change.set.organizations.length === 2,
        )
      }),
    ),
  )

  it(
    "says at the start what is wrong, and takes the rest",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/bad.yaml", BROKEN)
        const opened = yield* open(folder)
        const { diagnostics } = yield* opened.until("rejected")
        expect(diagnostics[0]).toMatchObject({ file: "contracts/bad.yaml", severity: "error" })
        expect(diagnostics[0]!.line).toBeGreaterThan(0)
        expect(yield* names(opened)).toEqual(["@global/a"])
      }),
    ),
  )
})

describe("the last good revision of the log", () => {
  const lastGood = [
    { file: "contracts/a.yaml", text: contract("a") },
    { file: "contracts/b.yaml", text: contract("b") },
    { file: "contracts/c.yaml", text: contract("c") },
  ]

  it(
    "stands in for a file that is invalid at the start, loudly",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", BROKEN)
        folder.write("contracts/b.yaml", contract("b", "stricter"))
        folder.write("contracts/c.yaml", contract("c"))
        const opened = yield* open(folder, { lastGood })
        expect(yield* names(opened)).toEqual(["@global/a", "@global/b", "@global/c"])
        expect(yield* opened.next).toMatchObject({
          kind: "revised",
          change: { added: [], removed: [], changed: ["@global/b"] },
        })
        expect(yield* opened.next).toMatchObject({ kind: "rejected", files: ["contracts/a.yaml"] })
      }),
    ),
  )

  it(
    "stands in for a file that is missing at the start, loudly, for as long as a removal takes",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        folder.write("contracts/b.yaml", contract("b"))
        const opened = yield* open(folder, { lastGood })
        expect(yield* opened.next).toMatchObject({ kind: "reworded", change: { filesChanged: [] } })
        expect(yield* opened.next).toMatchObject({ kind: "rejected", files: ["contracts/c.yaml"] })
        expect(yield* names(opened)).toEqual(["@global/a", "@global/b", "@global/c"])
        yield* after(REMOVAL_GRACE_MS, opened)
        expect((yield* opened.until("revised")).change.removed).toEqual(["@global/c"])
      }),
    ),
  )

  it(
    "stands in for folders that are gone at the start until an operator confirms",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const opened = yield* open(folder, { lastGood })
        yield* after(REMOVAL_GRACE_MS, opened)
        const { held } = yield* opened.until("held")
        expect(held).toMatchObject({ removed: ["@global/a", "@global/b", "@global/c"], folders: ["contracts"] })
        expect(yield* names(opened)).toHaveLength(3)
      }),
    ),
  )

  it(
    "is given up, loudly, where this version cannot read it",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/a.yaml", contract("a"))
        const opened = yield* open(folder, { lastGood: [{ file: "contracts/old.yaml", text: BROKEN }] })
        expect((yield* opened.until("rejected")).files).toEqual(["contracts/old.yaml"])
        expect(yield* names(opened)).toEqual(["@global/a"])
      }),
    ),
  )
})

/** A change that is not wanted any more: before it is written nothing of it comes, afterwards it is in force. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterEach, beforeEach, expect, it } from "vitest"
import { sha256 } from "../../src/domain/sha256.ts"
import { contract, inFolder, names, open } from "./scenario.ts"

const FILE = "contracts/more.yaml"

let journal: string
beforeEach(() => {
  journal = mkdtempSync(join(tmpdir(), "charter-journal-"))
})
afterEach(() => rmSync(journal, { recursive: true, force: true }))

it(
  "is refused once it is written, until it is recorded as done",
  inFolder((folder) =>
    Effect.gen(function* () {
      folder.write("contracts/one.yaml", contract("one"))
      const opened = yield* open(folder, { journal })
      const { workspace } = opened
      yield* workspace.withdraw("c")
      const files = [{ file: FILE, text: contract("more"), base: null }]
      expect(yield* workspace.write("c", files, () => undefined)).toMatchObject({ written: true })
      expect(yield* Effect.flip(workspace.withdraw("c"))).toMatchObject({ code: "conflict", type: "change-written" })
      expect(yield* names(opened)).toEqual(["@global/more", "@global/one"])
      yield* workspace.forget("c")
      yield* workspace.withdraw("c")
      expect(yield* names(opened)).toEqual(["@global/more", "@global/one"])
    }),
  ),
)

const BEFORE = { "contracts/one.yaml": contract("one"), "contracts/two.yaml": contract("two") }
const change = Object.entries(BEFORE).map(([file, text]) => ({
  file,
  text: text.replace("no", "never"),
  base: sha256(text),
}))

it(
  "counts as not there while half of it can be neither finished nor put back",
  inFolder((folder) =>
    Effect.gen(function* () {
      for (const [file, text] of Object.entries(BEFORE)) folder.write(file, text)
      const { workspace } = yield* open(folder, { journal })
      const { revision } = yield* workspace.current
      const inTheWay = join(folder.path, "contracts", ".one.yaml.charter")
      const breakOff = workspace.write(
        "broken",
        change,
        () => undefined,
        (point, file) => {
          if (point === "written") mkdirSync(inTheWay)
          if (file === "contracts/two.yaml") throw new Error("the disk is full")
        },
      )
      for (let tries = 0; tries < 2; tries++) {
        expect(yield* Effect.exit(breakOff)).toMatchObject({ _tag: "Failure" })
        expect(yield* workspace.settled).toMatchObject({ set: { revision }, rejected: [], waiting: [] })
      }
      expect(yield* Effect.flip(workspace.withdraw("broken"))).toMatchObject({ type: "files-not-put-back" })
      expect((yield* workspace.settled).set.revision).toBe(revision)
      rmSync(inTheWay, { recursive: true })
      expect(yield* workspace.write("broken", change, () => undefined)).toMatchObject({ written: true })
      expect((yield* workspace.current).revision).not.toBe(revision)
    }),
  ),
)

it(
  "is put back whole where somebody's edit comes between and a part of it could not take effect",
  inFolder((folder) =>
    Effect.gen(function* () {
      for (const [file, text] of Object.entries(BEFORE)) folder.write(file, text)
      const { workspace } = yield* open(folder, { journal })
      const { revision } = yield* workspace.current
      const more = { file: "contracts/x.yaml", text: contract("x"), base: null }
      const written = yield* workspace.write(
        "between",
        [...change, more],
        () => undefined,
        (point, file) => {
          if (point === "written" && file === more.file) folder.write("contracts/y.yaml", contract("x"))
        },
      )
      expect(written).toMatchObject({ written: false, code: "set-invalid" })
      folder.remove("contracts/y.yaml")
      expect((yield* workspace.settled).set.revision).toBe(revision)
    }),
  ),
)

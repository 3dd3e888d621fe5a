/** A change that is not wanted any more: before it is written nothing of it comes, afterwards it is in force. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { contract, inFolder, names, open } from "./scenario.ts"

const FILE = "contracts/more.yaml"

let journal: string
beforeAll(() => {
  journal = mkdtempSync(join(tmpdir(), "charter-journal-"))
})
afterAll(() => rmSync(journal, { recursive: true, force: true }))

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

/** A watcher that sees nothing is made up for by the scan, which looks by itself. */
import { EventEmitter } from "node:events"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect, it, vi } from "vitest"
import { parseFile } from "../../src/language/load.ts"
import type * as Load from "../../src/language/load.ts"
import { REMOVAL_GRACE_MS } from "../../src/workspace/protect.ts"
import { DEBOUNCE_MS, RESCAN_MS } from "../../src/workspace/Workspace.ts"
import { contract, inFolder, inVirtualTime, names, open } from "./scenario.ts"

const watchers: Array<EventEmitter> = []

vi.mock("chokidar", () => ({
  FSWatcher: class extends EventEmitter {
    constructor() {
      super()
      watchers.push(this)
    }
    add = () => this
    close = () => Promise.resolve()
  },
}))

vi.mock("../../src/language/load.ts", async (original) => {
  const actual = await original<typeof Load>()
  return { ...actual, parseFile: vi.fn(actual.parseFile) }
})

const FILE = "contracts/a.yaml"

describe("without a single event of the watcher", () => {
  it(
    "a change is seen at the next scan",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write(FILE, contract("a"))
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        folder.write(FILE, contract("a", "new"))
        folder.write("contracts/b.yaml", contract("b"))
        yield* TestClock.adjust(RESCAN_MS - 1)
        expect(yield* names(workspace)).toEqual(["@global/a"])
        yield* TestClock.adjust(1)
        const { change } = yield* workspace.until("revised")
        expect(change).toMatchObject({ added: ["@global/b"], removed: [], changed: ["@global/a"] })
      }),
    ),
  )

  it(
    "a removal counts two seconds after it was seen",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        for (const id of ["a", "b", "c"]) folder.write(`contracts/${id}.yaml`, contract(id))
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        folder.remove(FILE)
        yield* TestClock.adjust(RESCAN_MS)
        yield* TestClock.adjust(REMOVAL_GRACE_MS - 1)
        expect(yield* names(workspace)).toContain("@global/a")
        yield* TestClock.adjust(1)
        expect((yield* workspace.until("revised")).change.removed).toEqual(["@global/a"])
      }),
    ),
  )

  it(
    "a system that refuses to watch is survived",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const workspace = yield* open(folder)
        yield* workspace.until("revised")
        watchers.at(-1)!.emit("error", new Error("ENOSPC: no space left on device, watch"))
        folder.write(FILE, contract("a"))
        yield* TestClock.adjust(DEBOUNCE_MS)
        expect((yield* workspace.until("revised")).change.added).toEqual(["@global/a"])
      }),
    ),
  )
})

describe("parsing", () => {
  it(
    "happens once for each content, also where it returns",
    inFolder((folder) =>
      Effect.gen(function* () {
        vi.mocked(parseFile).mockClear()
        for (let index = 0; index < 50; index++) folder.write(`contracts/c${index}.yaml`, contract(`c${index}`))
        const { workspace } = yield* open(folder)
        expect(parseFile).toHaveBeenCalledTimes(50)
        yield* workspace.reload
        folder.write("contracts/c0.yaml", contract("c0", "new"))
        yield* workspace.reload
        expect(parseFile).toHaveBeenCalledTimes(51)
        folder.write("contracts/c0.yaml", contract("c0"))
        yield* workspace.reload
        expect((yield* workspace.current).files["contracts/c0.yaml"]!.text).toBe(contract("c0"))
        expect(parseFile).toHaveBeenCalledTimes(51)
      }),
    ),
  )
})

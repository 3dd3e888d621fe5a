import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect, it } from "vitest"
import { REMOVAL_GRACE_MS } from "../../src/workspace/protect.ts"
import { HELD_REMINDER_MS } from "../../src/workspace/reconcile.ts"
import {
  after,
  contract,
  type Folder,
  inFolder,
  inVirtualTime,
  names,
  open,
  organization,
  several,
} from "./scenario.ts"

const ALL = ["@global/a", "@global/b", "@global/c", "@global/d"]

const opening = Effect.fnUntraced(function* (folder: Folder) {
  for (const id of ["a", "b", "c", "d"]) folder.write(`contracts/${id}.yaml`, contract(id))
  const opened = yield* open(folder)
  yield* opened.until("revised")
  return opened
})

const removeAllButOne = (folder: Folder) => {
  for (const id of ["a", "b", "c"]) folder.remove(`contracts/${id}.yaml`)
}

describe("a removal", () => {
  it(
    "counts after exactly two seconds without a return",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.remove("contracts/a.yaml")
        expect((yield* workspace.workspace.reload).waiting).toEqual([{ name: "@global/a", due: REMOVAL_GRACE_MS }])
        yield* after(REMOVAL_GRACE_MS - 1, workspace)
        expect(yield* names(workspace)).toEqual(ALL)
        yield* after(1, workspace)
        const { change } = yield* workspace.until("revised")
        expect(change).toMatchObject({
          added: [],
          removed: ["@global/a"],
          changed: [],
          filesChanged: ["contracts/a.yaml"],
        })
        expect(change.previous?.contracts).toHaveLength(4)
      }),
    ),
  )

  it(
    "counts in real time too, and `settled` waits for it",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.remove("contracts/a.yaml")
        const before = performance.now()
        const { set } = yield* workspace.workspace.settled
        expect(performance.now() - before).toBeGreaterThanOrEqual(REMOVAL_GRACE_MS - 1)
        expect(set.contracts.map(({ id }) => id)).toEqual(["b", "c", "d"])
      }),
    ),
  )

  it(
    "begins anew where the contract was back meanwhile, in another file too",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.remove("contracts/a.yaml")
        yield* workspace.workspace.reload
        yield* after(1_500, workspace)
        folder.write("contracts/other.yaml", contract("a"))
        yield* workspace.workspace.reload
        folder.remove("contracts/other.yaml")
        yield* workspace.workspace.reload
        yield* after(1_500, workspace)
        expect(yield* names(workspace)).toEqual(ALL)
        yield* after(500, workspace)
        expect((yield* workspace.until("revised")).change.removed).toEqual(["@global/a"])
      }),
    ),
  )

  it(
    "waits just as long where the time of day is put back meanwhile",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(3_600_000)
        const workspace = yield* opening(folder)
        folder.remove("contracts/a.yaml")
        yield* workspace.workspace.reload
        yield* TestClock.setTime(0)
        expect((yield* after(REMOVAL_GRACE_MS - 1, workspace)).set.contracts).toHaveLength(4)
        expect((yield* after(1, workspace)).set.contracts).toHaveLength(3)
      }),
    ),
  )

  it(
    "of one contract of a file leaves the file as it is until it counts, and nothing else waits for it",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/pair.yaml", several(contract("p"), contract("q")))
        const workspace = yield* opening(folder)
        folder.write("contracts/pair.yaml", contract("p", "new"))
        folder.write("contracts/a.yaml", contract("a", "new"))
        yield* workspace.workspace.reload
        expect((yield* workspace.until("revised")).change).toMatchObject({ removed: [], changed: ["@global/a"] })
        yield* after(REMOVAL_GRACE_MS, workspace)
        expect((yield* workspace.until("revised")).change).toMatchObject({
          removed: ["@global/q"],
          changed: ["@global/p"],
        })
      }),
    ),
  )

  it(
    "of an organization counts in the same way",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write("organizations/one.yaml", organization("@one"))
        folder.write("organizations/two.yaml", organization("@two"))
        const workspace = yield* opening(folder)
        folder.remove("organizations/two.yaml")
        yield* workspace.workspace.reload
        expect(yield* names(workspace)).toContain("@two")
        yield* after(REMOVAL_GRACE_MS, workspace)
        const { change } = yield* workspace.until("revised")
        expect(change).toMatchObject({
          removed: [],
          organizationsChanged: { added: [], removed: ["@two"], changed: [] },
        })
      }),
    ),
  )
})

describe("a mass removal", () => {
  it(
    "of half of the contracts is none",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.remove("contracts/a.yaml")
        folder.remove("contracts/b.yaml")
        yield* workspace.workspace.reload
        yield* after(REMOVAL_GRACE_MS, workspace)
        expect((yield* workspace.until("revised")).change.removed).toEqual(["@global/a", "@global/b"])
      }),
    ),
  )

  it(
    "of more than half of them changes nothing at all until an operator confirms what he saw",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const { workspace, until, next } = yield* opening(folder)
        removeAllButOne(folder)
        folder.write("contracts/d.yaml", contract("d", "new"))
        folder.write("contracts/e.yaml", contract("e"))
        expect((yield* workspace.reload).held).toBeUndefined()
        yield* after(REMOVAL_GRACE_MS, { workspace })
        const { held } = yield* until("held")
        expect(held).toMatchObject({
          removed: ["@global/a", "@global/b", "@global/c"],
          folders: [],
          since: REMOVAL_GRACE_MS,
        })
        expect(yield* names({ workspace, until, next })).toEqual(ALL)
        expect((yield* workspace.status).held).toEqual(held)

        expect(yield* Effect.flip(workspace.confirm("another"))).toMatchObject({
          refused: true,
          type: "held-removal-differs",
        })
        folder.write("contracts/f.yaml", contract("f"))
        expect(yield* Effect.flip(workspace.confirm(held.candidate))).toMatchObject({ code: "conflict" })
        const { held: renewed } = yield* until("held")
        expect(renewed.candidate).not.toBe(held.candidate)

        const { set } = yield* workspace.confirm(renewed.candidate)
        expect(set.revision).toBe(renewed.candidate)
        const { change } = yield* until("revised")
        expect(change).toMatchObject({
          added: ["@global/e", "@global/f"],
          removed: ["@global/a", "@global/b", "@global/c"],
          changed: ["@global/d"],
        })
        expect((yield* workspace.status).held).toBeUndefined()
        expect(yield* Effect.flip(workspace.confirm(renewed.candidate))).toMatchObject({ code: "not-found" })
      }),
    ),
  )

  it(
    "is said again at intervals, and forgotten when the files return",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const { workspace, until } = yield* opening(folder)
        removeAllButOne(folder)
        yield* workspace.reload
        yield* after(REMOVAL_GRACE_MS, { workspace })
        expect((yield* until("held")).held.reminders).toBe(0)
        yield* after(HELD_REMINDER_MS, { workspace })
        expect((yield* until("held")).held.reminders).toBe(1)
        for (const id of ["a", "b", "c"]) folder.write(`contracts/${id}.yaml`, contract(id))
        const { held, rejected, waiting } = yield* workspace.reload
        expect({ held, rejected, waiting }).toEqual({ held: undefined, rejected: [], waiting: [] })
      }),
    ),
  )

  it(
    "is one, too, where files go one after the other within the grace",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const { workspace, until } = yield* opening(folder)
        for (const id of ["a", "b", "c"]) {
          folder.remove(`contracts/${id}.yaml`)
          yield* workspace.reload
          yield* after(500, { workspace })
        }
        yield* after(REMOVAL_GRACE_MS, { workspace })
        expect((yield* until("held")).held.removed).toEqual(["@global/a", "@global/b", "@global/c"])
      }),
    ),
  )

  it.each(["contracts", "organizations"])("is one where %s vanishes, however little was in it", (vanishing) =>
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write("organizations/one.yaml", organization("@one"))
        for (const id of ["v", "w", "x", "y", "z"]) folder.write(`organizations/${id}.yaml`, contract(id))
        for (const id of ["a", "b"]) folder.write(`contracts/${id}.yaml`, contract(id))
        const workspace = yield* open(folder)
        const before = yield* names(workspace)
        folder.remove(vanishing)
        yield* workspace.workspace.reload
        yield* after(REMOVAL_GRACE_MS, workspace)
        expect((yield* workspace.until("held")).held.folders).toEqual([vanishing])
        expect(yield* names(workspace)).toEqual(before)
      }),
    )(),
  )

  it(
    "is none where the folder is back within two seconds, with other content too",
    inFolder((folder) =>
      Effect.gen(function* () {
        const { workspace, until } = yield* opening(folder)
        folder.remove("contracts")
        expect((yield* workspace.reload).waiting).toHaveLength(4)
        for (const id of ["a", "b", "c", "d"]) folder.write(`contracts/${id}.yaml`, contract(id, "new"))
        const { change } = yield* until("revised")
        expect(change).toMatchObject({ added: [], removed: [], changed: ALL })
        expect((yield* workspace.reload).waiting).toEqual([])
      }),
    ),
  )

  it(
    "that would leave what cannot be in force is refused, and stays held",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        folder.write("organizations/one.yaml", organization("@one"))
        const refusal = {
          file: "contracts/d.yaml",
          line: 1,
          column: 1,
          severity: "error" as const,
          code: "lonely",
          message: "this needs a second contract",
        }
        for (const id of ["a", "b", "c", "d"]) folder.write(`contracts/${id}.yaml`, contract(id))
        const { workspace, until } = yield* open(folder, {
          accept: ({ contracts }) => (contracts.length < 2 ? Effect.fail([refusal]) : Effect.void),
        })
        removeAllButOne(folder)
        yield* workspace.reload
        yield* after(REMOVAL_GRACE_MS, { workspace })
        const { held } = yield* until("held")
        expect(yield* Effect.flip(workspace.confirm(held.candidate))).toMatchObject({
          type: "held-removal-refused",
          details: { diagnostics: [refusal] },
        })
        const standing = yield* workspace.status
        expect(standing.held?.candidate).toBe(held.candidate)
        expect(standing.set.contracts).toHaveLength(4)
      }),
    ),
  )
})

describe("awaitRevision", () => {
  it(
    "waits until a revision is in force",
    inFolder((folder) =>
      Effect.gen(function* () {
        const { workspace } = yield* opening(folder)
        const { revision } = yield* workspace.current
        expect((yield* workspace.awaitRevision(revision)).revision).toBe(revision)
        folder.write("contracts/a.yaml", contract("a", "new"))
        yield* workspace.reload
        folder.write("contracts/a.yaml", contract("a"))
        const back = yield* Effect.forkChild(workspace.awaitRevision(revision))
        expect((yield* Fiber.join(back)).files["contracts/a.yaml"]!.text).toBe(contract("a"))
      }),
    ),
  )
})

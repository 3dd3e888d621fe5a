/** The ways in which programs write files, with real files and, where there is one, the real program. */
import { execFileSync } from "node:child_process"
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import type { WorkspaceEvent } from "../../src/workspace/standing.ts"
import { DEBOUNCE_MS } from "../../src/workspace/Workspace.ts"
import { BROKEN, contract, type Folder, inFolder, names, type Open, open, several } from "./scenario.ts"

const FILE = "contracts/a.yaml"

/** Saves `a.yaml` with the reason `new`. Each step is a moment at which the daemon may look. */
type Save = (folder: Folder) => ReadonlyArray<() => void>

const SAVED = contract("a", "new")

const saves: Readonly<Record<string, Save>> = {
  "vim: moves the original to a backup, writes anew, removes the backup": ({ write, rename, remove }) => [
    () => write("contracts/4913", ""),
    () => remove("contracts/4913"),
    () => rename(FILE, `${FILE}~`),
    () => write(FILE, ""),
    () => write(FILE, SAVED),
    () => remove(`${FILE}~`),
  ],
  "an editor that writes a temporary file, moves the original to a backup, and renames": ({
    write,
    rename,
    remove,
  }) => [
    () => write(`${FILE}.tmp`, SAVED),
    () => rename(FILE, `${FILE}.bak`),
    () => rename(`${FILE}.tmp`, FILE),
    () => remove(`${FILE}.bak`),
  ],
  "VS Code: truncates and writes in place": ({ path, write }) => [
    () => {
      const descriptor = openSync(join(path, FILE), "r+")
      ftruncateSync(descriptor, 0)
      closeSync(descriptor)
    },
    () => write(FILE, SAVED),
  ],
  "JetBrains: writes a temporary file, and renames in two steps": ({ write, rename, remove }) => [
    () => write(`${FILE}___jb_tmp___`, SAVED),
    () => rename(FILE, `${FILE}___jb_old___`),
    () => rename(`${FILE}___jb_tmp___`, FILE),
    () => remove(`${FILE}___jb_old___`),
  ],
  "sed -i": ({ path }) => [() => void execFileSync("sed", ["-i", "s/deny: no/deny: new/", join(path, FILE)])],
  "in two writes, of which the first is half of it": ({ path }) => {
    let descriptor = 0
    return [
      () => {
        descriptor = openSync(join(path, FILE), "w")
        writeSync(descriptor, SAVED.slice(0, 30))
      },
      () => {
        writeSync(descriptor, SAVED.slice(30))
        closeSync(descriptor)
      },
    ]
  },
  "removes, and writes again": ({ write, remove }) => [() => remove(FILE), () => write(FILE, SAVED)],
}

const neverWithoutA = (event: WorkspaceEvent) => {
  if (event.kind !== "revised" && event.kind !== "reworded") return
  expect(event.change.removed).toEqual([])
  expect(event.change.set.contracts.map(({ fullName }) => fullName)).toContain("@global/a")
}

const isSaved = ({ change }: Extract<WorkspaceEvent, { kind: "revised" }>) => change.changed.includes("@global/a")

const opening = Effect.fnUntraced(function* (folder: Folder) {
  for (const id of ["a", "b", "c"]) folder.write(`contracts/${id}.yaml`, contract(id))
  const opened = yield* open(folder)
  yield* opened.until("revised")
  return opened
})

/** A later change that has taken effect shows that everything before it has been told. */
const marked = (folder: Folder, { until }: Open, each: (event: WorkspaceEvent) => void) =>
  Effect.suspend(() => {
    folder.write("contracts/marker.yaml", contract("marker"))
    return until("revised", ({ change }) => change.added.includes("@global/marker"), each)
  })

describe.each(Object.entries(saves))("%s", (_name, save) => {
  it(
    "is one change, saved at once",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        for (const step of save(folder)) step()
        const events: Array<WorkspaceEvent> = []
        yield* marked(folder, workspace, (event) => {
          neverWithoutA(event)
          events.push(event)
        })
        const changes = events.filter((event) => event.kind === "revised" && event.change.changed.length > 0)
        expect(changes).toHaveLength(1)
        expect(events.map(({ kind }) => kind)).not.toContain("held")
      }),
    ),
  )

  it(
    "never leaves a moment without the contract, however slow it is",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        for (const step of save(folder)) {
          step()
          yield* workspace.workspace.reload
          expect(yield* names(workspace)).toContain("@global/a")
        }
        yield* workspace.until("revised", isSaved, neverWithoutA)
        const { rejected, waiting } = yield* workspace.workspace.reload
        expect({ rejected, waiting }).toEqual({ rejected: [], waiting: [] })
      }),
    ),
  )
})

describe("a file that is written again and again", () => {
  /** Writes at every turn of the event loop while `go`; returns how often it paused for as long as a debounce. */
  const writing = (folder: Folder, go: () => boolean) =>
    Effect.promise(async () => {
      let pauses = 0
      for (let turn = 0, last = performance.now(); go(); turn++) {
        folder.write(FILE, contract("a", `turn ${turn}`))
        await new Promise(setImmediate)
        if (performance.now() - last >= DEBOUNCE_MS) pauses++
        last = performance.now()
      }
      return pauses
    })

  it(
    "is not looked at before it rests",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        const end = performance.now() + 5 * DEBOUNCE_MS
        const pauses = yield* writing(folder, () => performance.now() < end)
        folder.write(FILE, SAVED)
        let revisions = 0
        yield* workspace.until(
          "revised",
          ({ change }) => change.set.files[FILE]!.text === SAVED,
          ({ kind }) => (revisions += kind === "revised" ? 1 : 0),
        )
        expect(revisions).toBeLessThanOrEqual(1 + pauses)
      }),
    ),
  )

  it(
    "is looked at all the same where it never rests",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        let seen = false
        const told = Effect.map(workspace.until("revised", isSaved, neverWithoutA), () => (seen = true))
        yield* Effect.all([writing(folder, () => !seen), told], { concurrency: 2 })
      }),
    ),
  )
})

describe("other saves", () => {
  it(
    "changes nothing for a save of the same text",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.write(FILE, contract("a"))
        const events: Array<WorkspaceEvent> = []
        yield* marked(folder, workspace, (event) => events.push(event))
        expect(events).toHaveLength(1)
      }),
    ),
  )

  it(
    "takes a renamed file as it is: the same rules from another place",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.rename(FILE, "contracts/deep.yaml")
        const { change } = yield* workspace.until("reworded", undefined, neverWithoutA)
        expect(change.filesChanged).toEqual([FILE, "contracts/deep.yaml"])
        expect((yield* workspace.workspace.reload).waiting).toEqual([])
      }),
    ),
  )

  it(
    "takes a moved contract with the contract that it leaves behind",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/pair.yaml", several(contract("p"), contract("q")))
        const workspace = yield* opening(folder)
        folder.write("contracts/pair.yaml", contract("p", "new"))
        folder.write("contracts/c.yaml", several(contract("c"), contract("q")))
        const { change } = yield* workspace.until("revised", undefined, neverWithoutA)
        expect(change).toMatchObject({ added: [], removed: [], changed: ["@global/p"] })
        expect(change.filesChanged).toEqual(["contracts/c.yaml", "contracts/pair.yaml"])
      }),
    ),
  )

  it(
    "keeps the last good version of a broken file, says where it is broken, and goes on when it is mended",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.write(FILE, `${contract("a", "half")}---\n${BROKEN}`)
        folder.write("contracts/b.yaml", contract("b", "new"))
        const { change } = yield* workspace.until("revised", undefined, neverWithoutA)
        expect(change.changed).toEqual(["@global/b"])
        const { files, diagnostics } = yield* workspace.until("rejected")
        expect(files).toEqual([FILE])
        expect(diagnostics[0]!.line).toBeGreaterThan(5)
        expect((yield* workspace.workspace.current).files[FILE]!.text).toBe(contract("a"))
        folder.write(FILE, SAVED)
        yield* workspace.until("revised", isSaved, neverWithoutA)
        expect((yield* workspace.workspace.status).rejected).toEqual([])
      }),
    ),
  )

  it(
    "makes one or few revisions of a checkout of another branch",
    inFolder((folder) =>
      Effect.gen(function* () {
        const git = (...command: ReadonlyArray<string>) =>
          execFileSync("git", ["-C", folder.path, "-c", "user.name=t", "-c", "user.email=t@example.org", ...command])
        const count = 200
        for (let index = 0; index < count; index++) folder.write(`contracts/c${index}.yaml`, contract(`c${index}`))
        git("init", "-q", "-b", "one")
        git("add", ".")
        git("commit", "-q", "-m", "one")
        git("checkout", "-q", "-b", "two")
        for (let index = 0; index < count; index += 2)
          folder.write(`contracts/c${index}.yaml`, contract(`c${index}`, "two"))
        folder.rename("contracts/c1.yaml", "contracts/renamed.yaml")
        git("add", ".")
        git("commit", "-q", "-m", "two")
        git("checkout", "-q", "one")
        const { until, workspace } = yield* open(folder)
        yield* until("revised")

        git("checkout", "-q", "two")
        let revisions = 0
        const changed = new Set<string>()
        yield* until(
          "revised",
          () => changed.size === count / 2,
          (event) => {
            if (event.kind !== "revised") return
            revisions++
            expect(event.change.removed).toEqual([])
            for (const name of event.change.changed) changed.add(name)
          },
        )
        expect(revisions).toBeLessThanOrEqual(3)
        const { set, rejected, waiting } = yield* workspace.settled
        expect(set.contracts).toHaveLength(count)
        expect({ rejected, waiting }).toEqual({ rejected: [], waiting: [] })
      }),
    ),
  )
})

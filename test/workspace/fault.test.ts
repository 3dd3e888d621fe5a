/** What may lie where a file or a folder is expected. */
import { execFileSync } from "node:child_process"
import { chmodSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { MAX_FILE_BYTES } from "../../src/workspace/readText.ts"
import { MAX_DEPTH_FOLDERS } from "../../src/workspace/scan.ts"
import { after, contract, type Folder, inFolder, inVirtualTime, names, open } from "./scenario.ts"

const FILE = "contracts/a.yaml"
const ALL = ["@global/a", "@global/b", "@global/c"]

interface Fault {
  readonly code: string
  /** Puts it in the place of `a.yaml`, which is gone by then. */
  readonly put: (folder: Folder) => void
  readonly position?: { readonly line: number; readonly column: number }
}

const faults: Readonly<Record<string, Fault>> = {
  "a folder": { code: "not-a-file", put: ({ write }) => write(`${FILE}/inner.yaml`, contract("inner")) },
  "a pipe": { code: "not-a-file", put: ({ path }) => void execFileSync("mkfifo", [join(path, FILE)]) },
  "a link to itself": { code: "broken-link", put: ({ path }) => symlinkSync("a.yaml", join(path, FILE)) },
  "a link to nothing": { code: "broken-link", put: ({ path }) => symlinkSync("nothing", join(path, FILE)) },
  "a link out of the workspace": {
    code: "link-outside",
    put: ({ path }) => symlinkSync("/etc/hostname", join(path, FILE)),
  },
  "a link to a folder": { code: "linked-folder", put: ({ path }) => symlinkSync("..", join(path, FILE)) },
  "a file that is not UTF-8": {
    code: "not-utf8",
    put: ({ write }) =>
      write(FILE, Buffer.concat([Buffer.from("# été\nname: é"), Buffer.from([0xff]), Buffer.from("\n")])),
    position: { line: 2, column: 8 },
  },
  "a file that is too large": {
    code: "file-too-large",
    put: ({ write }) => write(FILE, contract("a", "x".repeat(MAX_FILE_BYTES))),
  },
}

const opening = Effect.fnUntraced(function* (folder: Folder) {
  for (const id of ["a", "b", "c"]) folder.write(`contracts/${id}.yaml`, contract(id))
  const opened = yield* open(folder)
  yield* opened.until("revised")
  return opened
})

describe("in the place of a file", () => {
  it.each(Object.entries(faults))("%s leaves the last good version in force, and is said", (_name, fault) =>
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.remove(FILE)
        fault.put(folder)
        const { files, diagnostics } = yield* workspace.until("rejected")
        expect(files).toEqual([FILE])
        expect(diagnostics).toMatchObject([
          { file: FILE, severity: "error", code: fault.code, ...(fault.position ?? { line: 1, column: 1 }) },
        ])
        const standing = yield* workspace.workspace.settled
        expect(standing.waiting).toEqual([])
        expect(yield* names(workspace)).toEqual(ALL)
        folder.remove(FILE)
        folder.write(FILE, contract("a", "new"))
        yield* workspace.until("revised", ({ change }) => change.changed.includes("@global/a"))
        expect((yield* workspace.workspace.status).rejected).toEqual([])
      }),
    )(),
  )

  it(
    "a link to a file of the workspace is as good as the file",
    inFolder((folder) =>
      Effect.gen(function* () {
        folder.write("contracts/.data/a.yaml", contract("a"))
        symlinkSync(".data/a.yaml", join(folder.path, "contracts/a.yaml"))
        const workspace = yield* open(folder)
        expect(yield* names(workspace)).toEqual(["@global/a"])
        folder.write("contracts/.data/a.yaml", contract("a", "new"))
        expect((yield* workspace.workspace.reload).set.files[FILE]!.text).toBe(contract("a", "new"))
      }),
    ),
  )
})

describe("in the place of a folder", () => {
  it(
    "a link or a file leaves everything below it in force",
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        folder.rename("contracts", "moved")
        symlinkSync("moved", join(folder.path, "contracts"))
        expect((yield* workspace.workspace.reload).rejected).toMatchObject([
          { file: "contracts", code: "linked-folder" },
        ])
        folder.remove("contracts")
        folder.write("contracts", "")
        expect((yield* workspace.workspace.reload).rejected).toMatchObject([
          { file: "contracts", code: "not-a-folder" },
        ])
        expect(yield* after(3_600_000, workspace)).toMatchObject({ waiting: [], set: { contracts: { length: 3 } } })
      }),
    ),
  )

  it(
    "a loop of links is not followed",
    inFolder((folder) =>
      Effect.gen(function* () {
        const workspace = yield* opening(folder)
        symlinkSync("..", join(folder.path, "contracts/up"))
        expect((yield* workspace.until("rejected")).diagnostics).toMatchObject([
          { file: "contracts/up", code: "linked-folder" },
        ])
        expect(yield* names(workspace)).toEqual(ALL)
      }),
    ),
  )

  it(
    "folders are read as deep as they may be, and no deeper",
    inFolder((folder) =>
      Effect.gen(function* () {
        const deepest = `contracts${"/d".repeat(MAX_DEPTH_FOLDERS - 1)}`
        folder.write(`${deepest}/a.yaml`, contract("a"))
        folder.write(`${deepest}/d/b.yaml`, contract("b"))
        const workspace = yield* open(folder)
        expect(yield* names(workspace)).toEqual(["@global/a"])
        expect((yield* workspace.until("rejected")).diagnostics).toMatchObject([{ code: "folders-too-deep" }])
      }),
    ),
  )
})

describe("what cannot be read", () => {
  /** Nothing is unreadable to root, who runs tests in containers: he becomes nobody meanwhile. */
  const asNobody = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    process.getuid?.() === 0
      ? Effect.acquireUseRelease(
          Effect.sync(() => process.seteuid?.(65_534)),
          () => effect,
          () => Effect.sync(() => process.seteuid?.(0)),
        )
      : effect

  it.each([FILE, "contracts"])("leaves the last good version in force: %s", (closed) =>
    inVirtualTime((folder) =>
      Effect.gen(function* () {
        chmodSync(folder.path, 0o755)
        const workspace = yield* opening(folder)
        // A file is read again only where it has changed.
        folder.write(FILE, contract("a", "new"))
        chmodSync(join(folder.path, closed), 0)
        const standing = yield* asNobody(workspace.workspace.reload)
        chmodSync(join(folder.path, closed), 0o755)
        expect(standing.rejected).toMatchObject([{ file: closed, code: "unreadable" }])
        expect(standing.waiting).toEqual([])
        expect(standing.set.files[FILE]!.text).toBe(contract("a"))
        const { set } = yield* workspace.workspace.reload
        expect(set.files[FILE]!.text).toBe(contract("a", "new"))
      }),
    )(),
  )
})

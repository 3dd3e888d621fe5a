/** Whatever is done to the files, and in whatever order, ends where a fresh start would, and never weakens anything on the way. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { parseFile } from "../../src/language/load.ts"
import { REMOVAL_GRACE_MS } from "../../src/workspace/protect.ts"
import { BROKEN, contract, type Folder, inVirtualTime, names, type Open, open, several } from "./scenario.ts"

const RUNS = Number(process.env.CHARTER_PROPERTY_RUNS ?? 150)

const FILES = [
  "contracts/a.yaml",
  "contracts/b.yaml",
  "contracts/deep/c.yaml",
  "contracts/deep/d.yaml",
  "organizations/e.yaml",
]
const IDS = ["p", "q", "r", "s", "t", "u"]

type Step =
  | {
      readonly do: "write"
      readonly file: string
      readonly ids: ReadonlyArray<string>
      readonly reason: string
      readonly broken: boolean
    }
  | { readonly do: "remove"; readonly file: string }
  | { readonly do: "rename"; readonly file: string; readonly to: string }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "confirm" }

const file = fc.constantFrom(...FILES)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      file,
      ids: fc.subarray(IDS, { maxLength: 3 }),
      reason: fc.constantFrom("one", "two"),
      broken: fc.integer({ min: 0, max: 4 }).map((side) => side === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("remove" as const), file: fc.oneof(file, fc.constant("contracts")) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rename" as const), file, to: file }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(0, 60, 900, REMOVAL_GRACE_MS) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("confirm" as const) }) },
)

const sourcesIn = ({ path }: Folder) =>
  ["contracts", "organizations"]
    .filter((folder) => existsSync(join(path, folder)))
    .flatMap((folder) =>
      readdirSync(join(path, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
    )
    .filter((name) => name.endsWith(".yaml"))

/** What the valid files on disk define. */
const onDisk = (folder: Folder): ReadonlySet<string> =>
  new Set(
    sourcesIn(folder)
      .map((name) => parseFile(name, readFileSync(join(folder.path, name), "utf8")))
      .filter(({ diagnostics }) => diagnostics.every(({ severity }) => severity !== "error"))
      .flatMap(({ contracts }) => contracts.map(({ fullName }) => fullName)),
  )

const run = (folder: Folder, { workspace }: Open, step: Step) =>
  Effect.gen(function* () {
    if (step.do === "write")
      folder.write(
        step.file,
        several(...step.ids.map((id) => contract(id, step.reason)), ...(step.broken ? [BROKEN] : ["# nothing more\n"])),
      )
    else if (step.do === "wait") yield* TestClock.adjust(step.ms)
    else if (step.do === "confirm") {
      const { held } = yield* workspace.status
      if (held !== undefined) yield* Effect.ignore(workspace.confirm(held.candidate))
    } else if (existsSync(join(folder.path, step.file))) {
      if (step.do === "remove") folder.remove(step.file)
      else {
        folder.write(step.to, "")
        folder.rename(step.file, step.to)
      }
    }
  })

it(
  "a random life of the files",
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40 }), (steps) =>
        inVirtualTime((folder) =>
          Effect.gen(function* () {
            for (const id of IDS) folder.write(`contracts/${id}.yaml`, contract(id))
            const opened = yield* open(folder)
            const { workspace } = opened
            const missingSince = new Map<string, number>()
            let inForce = yield* names(opened)

            const look = Effect.fnUntraced(function* (confirmed: boolean) {
              yield* workspace.reload
              const now = yield* Clock.currentTimeMillis
              const present = onDisk(folder)
              for (const name of present) missingSince.delete(name)
              for (const name of inForce) if (!present.has(name) && !missingSince.has(name)) missingSince.set(name, now)
              const next = yield* names(opened)
              expect(new Set(next).size).toBe(next.length)
              for (const name of inForce)
                if (!next.includes(name) && !confirmed)
                  expect(now - missingSince.get(name)!).toBeGreaterThanOrEqual(REMOVAL_GRACE_MS)
              inForce = next
            })

            for (const step of steps) {
              yield* run(folder, opened, step)
              yield* look(step.do === "confirm")
            }

            // Quiet: everything that is broken is mended, time passes, and an operator confirms what waits for him.
            for (const name of sourcesIn(folder))
              if (readFileSync(join(folder.path, name), "utf8").includes(BROKEN))
                folder.write(name, contract(name.replace(/\W+/g, "-")))
            yield* workspace.reload
            yield* TestClock.adjust(REMOVAL_GRACE_MS)
            const { held } = yield* workspace.reload
            if (held !== undefined) yield* Effect.ignore(workspace.confirm(held.candidate))
            const standing = yield* workspace.reload
            expect(standing.waiting).toEqual([])

            const fresh = yield* (yield* open(folder)).workspace.status
            if (fresh.rejected.length > 0) expect(standing.rejected.length).toBeGreaterThan(0)
            else {
              expect(standing.rejected).toEqual([])
              expect(standing.set.revision).toBe(fresh.set.revision)
              expect(standing.set.files).toEqual(fresh.set.files)
            }
          }),
        )(),
      ),
      { numRuns: RUNS },
    )
  },
  60_000 + RUNS * 400,
)

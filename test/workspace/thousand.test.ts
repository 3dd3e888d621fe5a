import { Effect } from "effect"
import { expect, it } from "vitest"
import { DEBOUNCE_MS } from "../../src/workspace/Workspace.ts"
import { contract, type Folder, inFolder, open } from "./scenario.ts"

const COUNT = 1_000

/** From the first change on disk until all of them are told. */
const MAX_ALL_CHANGED_MS = 1_000
/** Of one changed file, after the debounce. */
const MAX_ONE_CHANGED_MS = 50

const writeAll = (folder: Folder, reason: string) => {
  for (let index = 0; index < COUNT; index++)
    folder.write(`contracts/team-${index % 10}/c${index}.yaml`, contract(`c${index}`, reason))
}

it(
  "a thousand files that change at once are one or few revisions, and all there within a second",
  inFolder((folder) =>
    Effect.gen(function* () {
      writeAll(folder, "one")
      const { until, workspace } = yield* open(folder)
      yield* until("revised")

      const before = performance.now()
      writeAll(folder, "two")
      const changed = new Set<string>()
      let revisions = 0
      yield* until("revised", () => changed.size === COUNT, (event) => {
        if (event.kind !== "revised") return
        revisions++
        expect(event.change.set.contracts).toHaveLength(COUNT)
        for (const name of event.change.changed) changed.add(name)
      })
      const took = performance.now() - before
      console.log(`${COUNT} changed files in force after ${took.toFixed(0)} ms, in ${revisions} revisions`)
      expect(revisions).toBeLessThanOrEqual(3)
      expect(took).toBeLessThan(MAX_ALL_CHANGED_MS)
      expect((yield* workspace.status).rejected).toEqual([])
    }),
  ),
)

it(
  "one changed file of a thousand takes effect at once",
  inFolder((folder) =>
    Effect.gen(function* () {
      writeAll(folder, "one")
      const { until } = yield* open(folder)
      yield* until("revised")
      const took: Array<number> = []
      for (let round = 0; round < 9; round++) {
        const before = performance.now()
        folder.write("contracts/team-0/c0.yaml", contract("c0", `round ${round}`))
        yield* until("revised", ({ change }) => change.changed.length === 1)
        took.push(performance.now() - before - DEBOUNCE_MS)
      }
      const median = took.sort((a, b) => a - b)[4]!
      console.log(`one of ${COUNT} in force ${median.toFixed(1)} ms after the debounce`)
      expect(median).toBeLessThan(MAX_ONE_CHANGED_MS)
    }),
  ),
)

import { Effect } from "effect"
import { expect, it } from "vitest"
import { DEBOUNCE_MS } from "../../src/workspace/Workspace.ts"
import { contract, type Folder, inFolder, open } from "./scenario.ts"

const COUNT = 1_000

/** From the first change on disk, writing them included, until all of them are told. */
const MAX_ALL_CHANGED_MS = 1_000
/** Of one changed file, after the debounce. */
const MAX_ONE_CHANGED_MS = 50

/** Milliseconds of processor time since `before`, all threads together: the work, whatever else the machine does. */
const processorMs = (before: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

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
      const processor = process.cpuUsage()
      writeAll(folder, "two")
      const changed = new Set<string>()
      let revisions = 0
      yield* until(
        "revised",
        () => changed.size === COUNT,
        (event) => {
          if (event.kind !== "revised") return
          revisions++
          expect(event.change.set.contracts).toHaveLength(COUNT)
          for (const name of event.change.changed) changed.add(name)
        },
      )
      const work = processorMs(processor)
      const passed = performance.now() - before
      console.log(
        `${COUNT} changed files in force after ${passed.toFixed(0)} ms (work: ${work.toFixed(0)}), ${revisions} revisions`,
      )
      expect(revisions).toBeLessThanOrEqual(3)
      expect(work + DEBOUNCE_MS).toBeLessThan(MAX_ALL_CHANGED_MS)
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
      const worked: Array<number> = []
      for (let round = 0; round < 9; round++) {
        const before = performance.now()
        const processor = process.cpuUsage()
        folder.write("contracts/team-0/c0.yaml", contract("c0", `round ${round}`))
        yield* until("revised", ({ change }) => change.changed.length === 1)
        worked.push(processorMs(processor))
        took.push(performance.now() - before - DEBOUNCE_MS)
      }
      console.log(`one of ${COUNT} in force ${median(took)} ms after the debounce (work: ${median(worked)})`)
      expect(median(worked)).toBeLessThan(MAX_ONE_CHANGED_MS)
    }),
  ),
)

const median = (values: ReadonlyArray<number>) => Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]!)

/** Lives one after the other, from one seed; the first that breaks something is made as short as it can be. */
import { makeRandom } from "../../bench/workload/random.ts"
import { type Life, live, type Lived } from "./life.ts"
import { shrink } from "./shrink.ts"
import { makeSteps } from "./steps.ts"

export interface Simulation {
  readonly steps: number
  readonly records: number
  readonly compared: number
  readonly refused: number
  /** Records by type. */
  readonly types: ReadonlyMap<string, number>
  readonly found: Found | undefined
}

export interface Found {
  /** `--seed` that makes this very life again, as the first one. */
  readonly seed: number
  readonly broken: ReadonlyArray<string>
  readonly life: Life
  readonly lived: Lived
}

/** Steps of one life. A shorter one would see less, a longer one would be hard to read. */
const LIFE_STEPS = 1_000

export const simulate = (seed: number, steps: number, progress: (done: number) => void = () => {}): Simulation => {
  const types = new Map<string, number>()
  let records = 0
  let compared = 0
  let refused = 0
  let done = 0
  for (let number = seed; done < steps; number++) {
    const count = Math.min(LIFE_STEPS, steps - done)
    const life: Life = { seed: number, steps: makeSteps(makeRandom(~number), count), without: new Set() }
    const lived = live(life)
    done += lived.at
    records += lived.records.length
    compared += lived.compared
    refused += lived.refused
    for (const { event } of lived.records) types.set(event.type, (types.get(event.type) ?? 0) + 1)
    if (lived.broken.length > 0) {
      const short = shrink(life, lived)
      const again = live(short)
      return {
        steps: done,
        records,
        compared,
        refused,
        types,
        found: { seed: number, broken: lived.broken, life: short, lived: again },
      }
    }
    progress(done)
  }
  return { steps: done, records, compared, refused, types, found: undefined }
}

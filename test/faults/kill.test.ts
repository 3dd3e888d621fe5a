/**
 * `kill -9` at a random instant under mixed load: `CHARTER_KILLS=500` for more of them than usual, `CHARTER_SEED` for the
 * same instants again.
 */
import { randomInt } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import { expect, it } from "vitest"
import { makeRandom } from "../../bench/workload/random.ts"
import { Survivor } from "../support/faults/Survivor.ts"

const KILLS = Number(process.env["CHARTER_KILLS"] ?? 20)
const LONGEST_LIFE_MS = 400
const SEED = Number(process.env["CHARTER_SEED"] ?? randomInt(2 ** 31))

it(`${KILLS} times at a random instant, from seed ${SEED}`, { timeout: 60_000 + KILLS * 15_000 }, async () => {
  const survivor = new Survivor()
  const random = makeRandom(SEED)
  try {
    for (let number = 0; number < KILLS; number++) {
      await survivor.start()
      const load = survivor.load(`life-${number}`)
      await setTimeout(random.below(LONGEST_LIFE_MS))
      await survivor.kill()
      await load
    }
    expect((await survivor.inspect(false)).violations).toEqual([])
    await survivor.start()
    expect(await survivor.work("after-all")).toBe(true)
    await survivor.settle()
    const { violations, records } = await survivor.inspect(true)
    expect(violations).toEqual([])
    expect(records.length).toBeGreaterThan(KILLS * 5)
    console.log(`${records.length} records`)
  } finally {
    await survivor.close()
  }
})

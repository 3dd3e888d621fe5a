/**
 * The power goes under a daemon with mixed load, and the disk has kept only the beginning of the write-ahead log, up to
 * any byte: what is left is whole, the next daemon goes on from there, and what lies beside the database (folders of runs,
 * the journal of changes) is of no later time to it. That what was answered is on the disk by then: `test/log/powerCut`.
 */
import { randomInt } from "node:crypto"
import { expect, it } from "vitest"
import { makeRandom } from "../../bench/workload/random.ts"
import { Survivor } from "../support/faults/Survivor.ts"

const CUTS = process.env["CHARTER_FAULTS"] === "all" ? 20 : 2
const SEED = Number(process.env["CHARTER_SEED"] ?? randomInt(2 ** 31))

it(`${CUTS} times at any byte, from seed ${SEED}`, { timeout: 60_000 + CUTS * 60_000 }, async () => {
  const survivor = new Survivor()
  const random = makeRandom(SEED)
  let lost = 0
  try {
    for (let number = 0; number < CUTS; number++) {
      await survivor.start()
      expect(await survivor.work(`life-${number}`)).toBe(true)
      const load = survivor.load(`load-${number}`)
      await survivor.acknowledges(random.below(100))
      await survivor.kill()
      await load
      const before = survivor.acknowledged
      // Once all of it, so that something is lost in any case.
      expect(await survivor.cutPower(number === 0 ? 0 : random.next()), `cut ${number}`).toEqual([])
      lost += before - survivor.acknowledged
    }
    expect(lost).toBeGreaterThan(0)
    await survivor.start()
    expect(await survivor.work("after-all")).toBe(true)
    await survivor.settle()
    expect((await survivor.inspect(true)).violations).toEqual([])
    expect(survivor.scratch).toEqual([])
  } finally {
    await survivor.close()
  }
})

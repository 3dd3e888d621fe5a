/** How much is measured, and where what is measured lies. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Pace } from "./contest/contest.ts"
import { readRules } from "./workload/contracts.ts"
import type { Effects } from "./workload/rules.ts"

export interface Settings {
  readonly pace: Pace
  /** A folder for whatever the groups write; it is removed at the end. */
  readonly folder: string
  /** Small workloads: shows that everything works, and measures nothing. */
  readonly quick: boolean
  /** So many contracts, or the few of a quick run. */
  readonly scale: (contracts: number) => number
  /** Path of the workload's contracts in normal form; made once. */
  readonly rules: (contracts: number, effects: Effects) => string
}

const FULL: Pace = { rounds: 9, sliceMs: 300, compared: 1_000 }
const QUICK: Pace = { rounds: 1, sliceMs: 20, compared: 200 }
/** A quick run has a fiftieth of the contracts. */
const QUICK_SCALE = 50

export const makeSettings = (folder: string, quick: boolean): Settings => {
  const made = new Map<string, string>()
  return {
    pace: quick ? QUICK : FULL,
    folder,
    quick,
    scale: (contracts) => (quick ? Math.max(20, contracts / QUICK_SCALE) : contracts),
    rules: (contracts, effects) => {
      const key = `${effects}-${contracts}`
      let file = made.get(key)
      if (file === undefined) {
        made.set(key, (file = join(folder, `${key}.json`)))
        writeFileSync(file, JSON.stringify(readRules(contracts, effects)))
      }
      return file
    },
  }
}

/** How much is measured, and where what is measured lies. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Pace } from "./contest/contest.ts"
import { readRules } from "./workload/contracts.ts"
import type { Effects } from "./workload/rules.ts"

export interface Settings {
  /** Only to see that it works. */
  readonly quick: boolean
  readonly pace: Pace
  /** For contestants of which one is a large program; their answers are not compared. */
  readonly daemonPace: Pace
  /** A folder for whatever the groups write; it is removed at the end. */
  readonly folder: string
  /** So many contracts, or the few of a quick run. */
  readonly scale: (contracts: number) => number
  /** Path of the workload's contracts in normal form; made once. */
  readonly rules: (contracts: number, effects: Effects) => string
}

const FULL: Pace = { rounds: 15, sliceMs: 300, warmUpMs: 1_000, compared: 1_000 }
const QUICK: Pace = { rounds: 1, sliceMs: 20, warmUpMs: 20, compared: 200 }
/** A whole daemon has more code to be compiled than an evaluator. */
const DAEMON_WARM_UP_MS = 5_000
/** Contracts of a quick run where a full one has so many: few, yet enough for every kind of effect. */
const QUICK_CONTRACTS: Readonly<Record<number, number>> = { 1_000: 200, 10_000: 500 }

export const makeSettings = (folder: string, quick: boolean): Settings => {
  const made = new Map<string, string>()
  return {
    quick,
    pace: quick ? QUICK : FULL,
    daemonPace: quick ? { ...QUICK, compared: 0 } : { ...FULL, warmUpMs: DAEMON_WARM_UP_MS, compared: 0 },
    folder,
    scale: (contracts) => (quick ? (QUICK_CONTRACTS[contracts] ?? contracts) : contracts),
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

/** What waits for room is looked at again as soon as some may have become free, and not only when its time is up. */
import type { OpenHold, OrganizationState } from "./state.ts"

/** One key of a contract's limits or budgets, of which less is taken than before. */
export interface Freed {
  readonly contract: string
  readonly key: string
}

/** The oldest that waits for each of these is due at once. Whether there is room for it is decided like at any time. */
export const wakeWaiting = (state: OrganizationState, freed: ReadonlyArray<Freed>): void => {
  for (const one of freed)
    for (const hold of state.holds.values()) {
      if (hold.until === undefined || !waitedFor(hold).some((room) => isSame(room, one))) continue
      hold.until = Math.min(hold.until, state.time)
      state.nextTimer = Math.min(state.nextTimer, hold.until)
      break
    }
}

export const waitedFor = ({ until, decision }: OpenHold): ReadonlyArray<Freed> =>
  until === undefined
    ? []
    : decision.outcomes.flatMap(({ contract, limits = [] }) =>
        limits.flatMap(({ key, instead }) => (instead === "defer" ? [{ contract, key }] : [])),
      )

/** Of a rule's id, which begins with its contract. */
export const freedOf = (rule: string, key: string): Freed => ({ contract: rule.slice(0, rule.indexOf("#")), key })

const isSame = (a: Freed, b: Freed): boolean => a.contract === b.contract && a.key === b.key

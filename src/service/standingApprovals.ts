/** Standing approvals as they are shown. */
import type { OrganizationState } from "../kernel/state.ts"
import type { StandingView } from "./views/governance.ts"

/** Those in force at a time in ms: one whose time is up is forgotten only later. */
export const standingIn = (state: OrganizationState, now: number): ReadonlyArray<Omit<StandingView, "org">> =>
  [...state.standing.values()]
    .filter(({ until }) => until > Math.max(now, state.time))
    .map(({ id, by, contract, onbehalf, type, until, left }) => ({
      id,
      by,
      contract,
      requester: onbehalf,
      type,
      until: new Date(until).toISOString(),
      left,
    }))

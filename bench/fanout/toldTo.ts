/** A contestant that tells every member of each event. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { median } from "../contest/contest.ts"
import type { Contestant } from "../contest/contestant.ts"
import { startHelper } from "../contest/helper.ts"
import type { MembersAnswer, MembersMessage } from "./members.ts"

export interface FanOutInput {
  readonly members: number
  /** A folder of its own. */
  readonly folder: string
}

/** Events that happen together; the next come when everybody has got these. */
export const BURST_EVENTS = 10
/** How often the loop is asked whether it is free. */
const RESOLUTION_MS = 1

/** `tokens`: one for each member. `happen`: so many events, each told to all. */
export const toldTo = async (
  url: string,
  tokens: ReadonlyArray<string>,
  happen: (events: number) => Promise<void> | void,
  close: () => Promise<void>,
): Promise<Contestant> => {
  const members = startHelper<MembersMessage, MembersAnswer>(new URL("members.ts", import.meta.url))
  await members.ask({ op: "connect", url, tokens })
  const blocked: Array<number> = []
  let deliveries = 0
  let bytes = 0
  return {
    slice: async (ms) => {
      const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      delay.enable()
      const start = performance.now()
      const before = deliveries
      do {
        deliveries += BURST_EVENTS * tokens.length
        const told = members.ask({ op: "await", deliveries })
        await happen(BURST_EVENTS)
        bytes = (await told).bytes
      } while (performance.now() - start < ms)
      const rate = ((deliveries - before) * 1_000) / (performance.now() - start)
      delay.disable()
      blocked.push(Math.max(0, delay.max / 1e6 - RESOLUTION_MS))
      return rate
    },
    figures: () => {
      // The first slice warms up.
      const measured = blocked.slice(1)
      return { blockedMs: median(measured), worstMs: Math.max(...measured), bytes }
    },
    close: async () => {
      members.end()
      await close()
    },
  }
}

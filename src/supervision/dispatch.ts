/** Which of the tasks that wait is started next. Pure: what runs and what has been served is told. */

/** A task that could be started at once. */
export interface Waiting {
  readonly org: string
  /** The member within its organization: `reviewer@team`. */
  readonly agent: string
  /** Runs that this agent may have at the same time. */
  readonly most: number
}

/** What goes on, by organization and by agent. */
export interface Load {
  readonly running: (of: string) => number
  /** When the last one was started, by a number that grows; 0 for never. */
  readonly served: (of: string) => number
}

/**
 * The one whose turn it is; `undefined` where every agent that waits has all the runs that it may have. It is the turn
 * of the organization with the fewest runs, of these the one that has waited longest, then likewise of its agents, and
 * of an agent's tasks the first in the order given: nobody waits for ever, however much others have to do.
 */
export const nextInTurn = <W extends Waiting>(waiting: Iterable<W>, load: Load): W | undefined => {
  let next: W | undefined
  for (const one of waiting) {
    if (load.running(one.agent) >= one.most) continue
    if (next === undefined || isBefore(one, next, load)) next = one
  }
  return next
}

const isBefore = (one: Waiting, other: Waiting, { running, served }: Load): boolean => {
  const difference =
    running(one.org) - running(other.org) ||
    served(one.org) - served(other.org) ||
    running(one.agent) - running(other.agent) ||
    served(one.agent) - served(other.agent)
  return difference < 0
}

/** A load that is kept up to date by whoever starts and ends runs. */
export const makeLoad = () => {
  const running = new Map<string, number>()
  const served = new Map<string, number>()
  let turn = 0
  const change = (of: string, by: number): void => {
    const now = (running.get(of) ?? 0) + by
    if (now === 0) running.delete(of)
    else running.set(of, now)
  }
  return {
    running: (of: string) => running.get(of) ?? 0,
    served: (of: string) => served.get(of) ?? 0,
    begin: ({ org, agent }: Waiting): void => {
      turn++
      for (const name of [org, agent]) {
        change(name, 1)
        served.set(name, turn)
      }
    },
    end: ({ org, agent }: Waiting): void => {
      for (const name of [org, agent]) change(name, -1)
    },
  }
}

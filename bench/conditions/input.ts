/** What every evaluator gets: the contracts in normal form, in a file that was made once, and events of the same seed. */
import { readFileSync } from "node:fs"
import type { Event } from "../../src/domain/event.ts"
import { type Contestant, rateOf, rateOfAsync } from "../contest/contestant.ts"
import type { Rules } from "../workload/contracts.ts"
import { makeEvents } from "../workload/events.ts"

export interface ConditionsInput {
  /** Path of the rules as JSON. */
  readonly rules: string
  readonly contracts: number
}

export interface Workload extends Rules {
  readonly events: ReadonlyArray<Event>
}

export const readWorkload = ({ rules, contracts }: ConditionsInput): Workload => ({
  ...(JSON.parse(readFileSync(rules, "utf8")) as Rules),
  events: makeEvents(contracts),
})

/** An evaluator that names the contracts that match, by id. */
export const matching = (events: ReadonlyArray<Event>, match: (event: Event) => ReadonlyArray<string>): Contestant => {
  const next = cycle(events)
  return {
    slice: (ms) => rateOf(ms, () => void match(next())),
    answers: (count) => events.slice(0, count).map((event) => [...match(event)].sort().join(" ")),
  }
}

/** The same where it answers later. */
export const matchingLater = (
  events: ReadonlyArray<Event>,
  match: (event: Event) => Promise<ReadonlyArray<string>>,
): Contestant => {
  const next = cycle(events)
  return {
    slice: (ms) => rateOfAsync(ms, async () => void (await match(next()))),
    answers: async (count) => {
      const answers: Array<string> = []
      for (const event of events.slice(0, count)) answers.push([...(await match(event))].sort().join(" "))
      return answers
    },
  }
}

/** An evaluator that says only whether any contract matches. */
export const deciding = (events: ReadonlyArray<Event>, decide: (event: Event) => boolean): Contestant => {
  const next = cycle(events)
  return {
    slice: (ms) => rateOf(ms, () => void decide(next())),
    answers: (count) => events.slice(0, count).map((event) => (decide(event) ? "1" : "0")),
  }
}

const cycle = <A>(items: ReadonlyArray<A>): (() => A) => {
  let at = 0
  return () => {
    const item = items[at]!
    at = at + 1 === items.length ? 0 : at + 1
    return item
  }
}

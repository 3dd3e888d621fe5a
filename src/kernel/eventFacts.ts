/** The facts of one event, read from the organization's state at the moment it is decided. */
import type { Event } from "../domain/event.ts"
import {
  type CounterSpec,
  type FactSource,
  FactUnavailable,
  type OrganizationFact,
  type RunFact,
} from "../language/facts.ts"
import { readCounter } from "./counters.ts"
import type { Definitions } from "./definitions.ts"
import type { OrganizationState } from "./state.ts"

/** Name under which the `run` fact is kept among a decision's values. */
export const RUN_VALUE = "run"

export class EventFacts implements FactSource {
  readonly event: Event
  readonly now: number
  readonly organization: OrganizationFact
  readonly timezone: string
  /** What was seen of the facts that cannot be computed again later; `undefined` where none was asked for. */
  seen: Record<string, unknown> | undefined
  readonly #state: OrganizationState
  readonly #definitions: Definitions

  constructor(event: Event, now: number, state: OrganizationState, definitions: Definitions) {
    const view = definitions.view(event.org)
    this.event = event
    this.now = now
    this.organization = view.fact
    this.timezone = view.organization.timezone
    this.seen = undefined
    this.#state = state
    this.#definitions = definitions
  }

  counter(spec: CounterSpec): number | boolean {
    const counter = this.#definitions.counters(this.event.org).get(spec.key)
    if (counter === undefined) throw new Error(`no counter is kept for ${spec.key}`)
    const value = readCounter(this.#state.counters, counter, this.event, this.now)
    ;(this.seen ??= {})[spec.key] = value
    return value
  }

  get run(): RunFact | undefined {
    const run = this.event.run === undefined ? undefined : this.#state.runs.get(this.event.run)
    if (run === undefined) return undefined
    const fact: RunFact = {
      cost: run.usd,
      tokens: run.tokens,
      turns: run.turns,
      elapsed: Math.max(0, (this.now - run.started) / 1000),
      attempt: run.attempt,
      depth: run.hops,
    }
    ;(this.seen ??= {})[RUN_VALUE] = fact
    return fact
  }
}

/** The same facts a second time, from the evidence that a decision keeps: for explanations. */
export const recordedFacts = (
  event: Event,
  now: number,
  definitions: Definitions,
  values: Readonly<Record<string, unknown>> | undefined,
): FactSource => {
  const view = definitions.view(event.org)
  return {
    event,
    now,
    organization: view.fact,
    timezone: view.organization.timezone,
    run: values?.[RUN_VALUE] as RunFact | undefined,
    counter: (spec) => {
      const value = values?.[spec.key]
      if (typeof value === "number" || typeof value === "boolean") return value
      throw new FactUnavailable(spec.kind, "not looked at: the rest had decided already")
    },
  }
}

/**
 * What conditions read. The kernel supplies a `FactSource` for the event it decides; compiled conditions, the oracle
 * and explanations all read through the same one, so they cannot see different values.
 */
import type { Event } from "../domain/event.ts"
import type { Condition } from "../domain/contract.ts"

/** The `org` fact. Names without `@` for members; `id` with it. */
export interface OrganizationFact {
  readonly id: string
  readonly members: ReadonlyArray<string>
  readonly humans: ReadonlyArray<string>
  readonly agents: ReadonlyArray<string>
  readonly size: number
}

/** The `run` fact: of the run that caused the event. */
export interface RunFact {
  /** US dollars. */
  readonly cost: number
  readonly tokens: number
  readonly turns: number
  /** Seconds since the run started. */
  readonly elapsed: number
  /** From 1. */
  readonly attempt: number
  /** Tasks and mentions that lead to it. */
  readonly depth: number
}

export interface FactSource {
  readonly event: Event
  /** Log time in ms since 1970. */
  readonly now: number
  readonly organization: OrganizationFact
  /** IANA name: the time zone of the event's organization. */
  readonly timezone: string
  /**
   * The present value of a counter for this event: a number for `count` and `sum`, a boolean for `history`.
   * @throws {@link FactUnavailable} where the counter's cap on keys is full.
   */
  readonly counter: (spec: CounterSpec) => number | boolean
  readonly run: RunFact | undefined
}

/** What a `count`, `sum` or `history` leaf needs to be kept by the event's organization. */
export interface CounterSpec {
  /** Canonical text of everything below: equal keys share one window. */
  readonly key: string
  readonly kind: "count" | "sum" | "history"
  /** Event pattern. */
  readonly of: string
  /** `actor`, `org`, `subject`, `run`, `correlation`, `none`, or a JSONPath into `data` (starting with `$`). */
  readonly by: string
  /** Milliseconds; the window is (now − within, now]. */
  readonly within: number
  readonly where?: Condition
  /** Only `history`. */
  readonly since?: string
  /** Only `sum`: JSONPath into `data`. */
  readonly value?: string
  /**
   * Only `count`: the largest threshold that a comparison of this leaf can tell apart. The window keeps `keep + 1`
   * times exactly; absent where no bound follows from the comparison (then hundredths of the window are counted).
   */
  readonly keep?: number
}

/** Thrown by a fact that cannot be computed; the kernel catches it and fails closed. */
export class FactUnavailable extends Error {
  readonly fact: string
  constructor(fact: string, message: string) {
    super(message)
    this.name = "FactUnavailable"
    this.fact = fact
  }
}

/** Is this condition true for these facts? Total but for {@link FactUnavailable}. */
export type Test = (facts: FactSource) => boolean

/** Shared conditions by name, as seen from one contract. */
export type SharedConditions = (name: string) => Condition | undefined

export interface CompiledCondition {
  readonly test: Test
  /** Every counter that some leaf reads, each once by key. */
  readonly counters: ReadonlyArray<CounterSpec>
  /**
   * A leaf `fact path equal primitive` that must hold for the whole condition to hold, for hashing candidates on its
   * value: all the `equal` leaves of the top-level `all`.
   */
  readonly required: ReadonlyArray<RequiredEqual>
}

export interface RequiredEqual {
  /** Canonical text of fact, path and params. */
  readonly key: string
  readonly read: (facts: FactSource) => unknown
  readonly value: string | number | boolean | null
  /** The condition without this leaf; `undefined` where nothing is left. */
  readonly rest: Test | undefined
}

/** The value of a leaf's fact, path applied, as the condition sees it. */
export type Read = (facts: FactSource) => unknown

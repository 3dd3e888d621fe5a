/** Counters of this process, for `/metrics`. */

export interface Counter {
  readonly name: string
  readonly help: string
  /** By label text, `{verdict="allow"}` or empty. Labels come from fixed sets of words, never from input. */
  readonly values: Map<string, number>
}

export const counters = new Map<string, Counter>()

/** Adds one to a counter under a label's value. */
export const count = (counter: Counter, label: string, value: string): void => {
  const key = `{${label}="${value}"}`
  counter.values.set(key, (counter.values.get(key) ?? 0) + 1)
}

const make = (name: string, help: string): Counter => {
  const counter: Counter = { name, help, values: new Map() }
  counters.set(name, counter)
  return counter
}

export const decisions = make("charter_decisions_total", "Decisions by verdict.")
export const oracleChecks = make(
  "charter_oracle_checks_total",
  "Contracts decided again by json-rules-engine, by result.",
)

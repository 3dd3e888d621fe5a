import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Event } from "../domain/event.ts"
import { type CounterSpec, type FactSource, FactUnavailable } from "../language/facts.ts"
import {
  advance,
  answers,
  type Counters,
  decodeCounter,
  encodeCounter,
  makeCounter,
  pruneCounters,
  readCounter,
} from "./counters.ts"
import { MAX_KEYS_PER_WINDOW } from "./keys.ts"

const spec = (part: Partial<CounterSpec>): CounterSpec => ({
  key: "k",
  kind: "count",
  of: "x.done",
  by: "actor",
  within: 1_000,
  ...part,
})

const event = (seq: number, type: string, actor: string, data: unknown = {}): Event => ({
  id: `e${seq}`,
  source: "s",
  type,
  time: "2026-01-01T00:00:00.000Z",
  org: "@o",
  actor: { name: actor, kind: "agent", roles: [] },
  data,
  correlationid: "c",
  seq,
})

const facts = (of: Event, now: number): FactSource => ({
  event: of,
  now,
  organization: { id: "@o", members: [], humans: [], agents: [], size: 0 },
  timezone: "UTC",
  counter: () => 0,
  run: undefined,
})

const past = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 400 }),
    type: fc.constantFrom("x.done", "x.undone", "y.done"),
    actor: fc.constantFrom("a", "b"),
    amount: fc.integer({ min: 0, max: 9 }),
    restart: fc.boolean(),
  }),
  { maxLength: 60 },
)

/** Plays the past, and after each event compares what the window says with what the whole history says. */
const compare = (
  counterSpec: CounterSpec,
  full: (
    history: ReadonlyArray<{ readonly event: Event; readonly at: number }>,
    now: number,
    actor: string,
  ) => number | boolean,
  agrees: (kept: number | boolean, whole: number | boolean) => boolean = Object.is,
): void => {
  const counter = makeCounter(counterSpec, undefined)
  fc.assert(
    fc.property(past, (steps) => {
      let counters: Counters = new Map()
      const history: Array<{ readonly event: Event; readonly at: number }> = []
      let now = 10_000
      steps.forEach((step, index) => {
        now += step.after
        const one = event(index + 1, step.type, step.actor, { amount: step.amount })
        for (const actor of ["a", "b"]) {
          const kept = readCounter(counters, counter, event(0, "q", actor), now)
          const whole = full(history, now, actor)
          if (!agrees(kept, whole)) throw new Error(`${JSON.stringify(kept)} is kept, ${JSON.stringify(whole)} is so`)
        }
        advance(counters, counter, facts(one, now))
        history.push({ event: one, at: now })
        if (!step.restart) return
        pruneCounters(counters, new Map([["k", counter]]), now)
        counters = new Map(
          [...counters].map(([key, state]) => [key, decodeCounter(JSON.parse(JSON.stringify(encodeCounter(state))))]),
        )
      })
    }),
    { numRuns: 1_000 },
  )
}

describe("count", () => {
  it("with a threshold of N is exact up to N + 1, in the half-open window", () => {
    compare(spec({ keep: 3 }), (history, now, actor) =>
      Math.min(
        4,
        history.filter(
          ({ event: { type, actor: by }, at }) => type === "x.done" && by.name === actor && at > now - 1_000,
        ).length,
      ),
    )
  })

  it("in hundredths never counts too little, and too much only within the hundredth that is falling out", () => {
    const within = 1_000
    const countAfter = (
      history: ReadonlyArray<{ readonly event: Event; readonly at: number }>,
      actor: string,
      after: number,
    ): number =>
      history.filter(({ event: { type, actor: by }, at }) => type === "x.done" && by.name === actor && at > after)
        .length
    let upper = 0
    compare(
      spec({ within }),
      (history, now, actor) => {
        upper = countAfter(history, actor, now - within - within / 100)
        return countAfter(history, actor, now - within)
      },
      (kept, whole) => Number(kept) >= Number(whole) && Number(kept) <= upper,
    )
  })
})

describe("sum", () => {
  it("adds the amounts of the window", () => {
    let upper = 0
    const total = (history: ReadonlyArray<{ readonly event: Event; readonly at: number }>, after: number): number =>
      history
        .filter(({ event: { type }, at }) => type === "x.done" && at > after)
        .reduce((sum, { event: { data } }) => sum + (data as { amount: number }).amount, 0)
    compare(
      spec({ kind: "sum", by: "none", value: "$.amount" }),
      (history, now) => {
        upper = total(history, now - 1_010)
        return total(history, now - 1_000)
      },
      (kept, whole) => Number(kept) >= Number(whole) && Number(kept) <= upper,
    )
  })
})

describe("history", () => {
  it("holds where such an event came after the last one that wipes it out, in log order", () => {
    compare(spec({ kind: "history", since: "x.undone" }), (history, now, actor) => {
      const own = history.filter(({ event: { actor: by } }) => by.name === actor)
      const last = own.findLast(({ event: { type } }) => type === "x.done")
      const wiped = own.findLast(({ event: { type } }) => type === "x.undone")
      return last !== undefined && last.at > now - 1_000 && (wiped === undefined || wiped.event.seq < last.event.seq)
    })
  })
})

describe("history, beside", () => {
  const history = makeCounter(spec({ kind: "history", of: "x.done", since: "x.undone", by: "subject" }), undefined)
  const about = (seq: number, type: string): Event => ({ ...event(seq, type, "a"), subject: "one" })

  it("is not undone by an older event that waited and is counted late", () => {
    const counters: Counters = new Map()
    for (const [seq, type] of [
      [2, "x.undone"],
      [3, "x.done"],
      [1, "x.done"],
    ] as const)
      advance(counters, history, facts(about(seq, type), 10 + seq))
    expect(readCounter(counters, history, about(4, "x.asked"), 20)).toBe(true)
    advance(counters, history, facts(about(5, "x.undone"), 21))
    advance(counters, history, facts(about(4, "x.undone"), 22))
    expect(readCounter(counters, history, about(6, "x.asked"), 23)).toBe(false)
  })

  it("is false without the key, whatever happened", () => {
    const counters: Counters = new Map()
    advance(counters, history, facts(event(1, "x.done", "a"), 10))
    expect(readCounter(counters, history, event(2, "x.asked", "a"), 11)).toBe(false)
  })
})

describe("a full cap", () => {
  it("fails closed for buckets that may have been counted without being kept, until the window has passed", () => {
    const counter = makeCounter(spec({ keep: 1 }), undefined)
    const counters: Counters = new Map()
    for (let index = 0; index <= MAX_KEYS_PER_WINDOW; index++)
      advance(counters, counter, facts(event(index + 1, "x.done", `a${index}`), 5_000))
    expect(readCounter(counters, counter, event(0, "q", "a1"), 5_500)).toBe(1)
    expect(() => readCounter(counters, counter, event(0, "q", "nobody"), 5_500)).toThrow(FactUnavailable)
    expect(readCounter(counters, counter, event(0, "q", "nobody"), 6_001)).toBe(0)
  })
})

describe("answers", () => {
  it("asks for a seed where the window is longer, the threshold higher, or the way of counting another", () => {
    const kept = { within: 1_000, keep: 3, windows: new Map(), fullUntil: 0 }
    expect(answers(kept, spec({ keep: 3 }))).toBe(true)
    expect(answers(kept, spec({ keep: 2 }))).toBe(true)
    expect(answers(kept, spec({ keep: 4 }))).toBe(false)
    expect(answers(kept, spec({}))).toBe(false)
    expect(answers(kept, spec({ keep: 3, within: 1_001 }))).toBe(false)
    expect(answers(undefined, spec({ keep: 3 }))).toBe(false)
  })
})

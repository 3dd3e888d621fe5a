import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Limit } from "../domain/contract.ts"
import type { Event } from "../domain/event.ts"
import {
  checkLimit,
  consume,
  decodeLimits,
  encodeLimits,
  giveBack,
  type LimitWindows,
  makeLimitRule,
  pruneLimits,
  type Reservation,
  settle,
} from "./limits.ts"

const limit = (part: Partial<Limit>): Limit => ({
  effect: "limit",
  max: 3,
  within: 100,
  per: [{ kind: "actor" }],
  cost: 1,
  algorithm: "sliding",
  otherwise: "deny",
  ...part,
})

const eventBy = (name: string, data: unknown = {}): Event => ({
  id: "e",
  source: "s",
  type: "t.requested",
  time: "2026-01-01T00:00:00.000Z",
  org: "@o",
  actor: { name, kind: "agent", roles: [] },
  data,
  correlationid: "e",
  seq: 1,
})

/** What happens to one limit, in the order of time. */
type Step =
  | {
      readonly kind: "ask"
      readonly after: number
      readonly actor: string
      readonly cost: number
      readonly held: boolean
    }
  | { readonly kind: "end"; readonly after: number; readonly which: number; readonly released: boolean }
  | { readonly kind: "restart"; readonly after: number }

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("ask" as const),
      after: fc.integer({ min: 0, max: 60 }),
      actor: fc.constantFrom("a", "b"),
      cost: fc.integer({ min: 0, max: 3 }),
      held: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("end" as const),
      after: fc.integer({ min: 0, max: 60 }),
      which: fc.nat(5),
      released: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("restart" as const), after: fc.integer({ min: 0, max: 60 }) }),
  ),
  { maxLength: 60 },
)

describe("sliding", () => {
  it("lets through exactly what a full history would, with what is held in flight, across restarts", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (life: ReadonlyArray<Step>, max) => {
        const rule = makeLimitRule("@o/c", 0, 0, limit({ max, cost: { path: "$.cost" } }))
        let windows: LimitWindows = new Map()
        /** Everything ever let through; `at` is absent while it is held. */
        const history: Array<{
          readonly seq: number
          readonly actor: string
          readonly cost: number
          at: number | undefined
          gone: boolean
          reservation: Reservation
        }> = []
        let now = 1_000
        let seq = 0
        for (const step of life) {
          now += step.after
          if (step.kind === "restart") {
            pruneLimits(windows, now)
            windows = decodeLimits(JSON.parse(JSON.stringify(encodeLimits(windows))))
          } else if (step.kind === "end") {
            const open = history.filter(({ at, gone }) => at === undefined && !gone)
            const one = open[step.which % Math.max(1, open.length)]
            if (one === undefined) continue
            if (step.released) {
              settle(windows, one.reservation, one.seq, now)
              one.at = now
            } else {
              giveBack(windows, one.reservation, one.seq)
              one.gone = true
            }
          } else {
            const event = eventBy(step.actor, { cost: step.cost })
            const used = history
              .filter((one) => one.actor === step.actor && !one.gone && (one.at === undefined || one.at > now - 100))
              .reduce((sum, { cost }) => sum + cost, 0)
            const check = checkLimit(windows, rule, event, now)
            expect(check.used).toBe(used)
            expect(check.exceeded).toBe(used + step.cost > max)
            if (check.exceeded) continue
            const reservation = consume(windows, rule, check, ++seq, step.held, now)
            history.push({
              seq,
              actor: step.actor,
              cost: step.cost,
              at: step.held ? undefined : now,
              gone: false,
              reservation,
            })
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it("rounds fractions of a unit after a restart as it would have without one", () => {
    const rule = makeLimitRule("@o/c", 0, 0, limit({ max: 100, cost: { path: "$.cost" } }))
    const uses = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.double({ min: 0, max: 3, noNaN: true })))
    fc.assert(
      fc.property(uses, fc.nat(), (life, restartAt) => {
        const live: LimitWindows = new Map()
        let restarted: LimitWindows = new Map()
        let now = 1_000
        for (const [index, [after, cost]] of life.entries()) {
          now += after
          if (index === restartAt % life.length)
            restarted = decodeLimits(JSON.parse(JSON.stringify(encodeLimits(restarted))))
          for (const windows of [live, restarted]) consume(windows, rule, { key: "sa", cost }, index, false, now)
          expect(checkLimit(restarted, rule, eventBy("a"), now)).toEqual(checkLimit(live, rule, eventBy("a"), now))
        }
        expect(encodeLimits(restarted)).toEqual(encodeLimits(live))
      }),
    )
  })

  it("looks no longer at a window of a hundred thousand than at one of a hundred", () => {
    const timeOf = (count: number): number => {
      const rule = makeLimitRule("@o/c", 0, 0, limit({ max: count, within: count }))
      const windows: LimitWindows = new Map()
      const consumed = (now: number): boolean => {
        const check = checkLimit(windows, rule, eventBy("a"), now)
        consume(windows, rule, check, now, false, now)
        return check.exceeded
      }
      for (let now = 0; now < 2 * count; now++) consumed(now)
      const start = performance.now()
      for (let now = 2 * count; now < 2 * count + 20_000; now++) consumed(now)
      return performance.now() - start
    }
    timeOf(100)
    expect(timeOf(100_000)).toBeLessThan(20 * timeOf(100) + 50)
  })

  it("says when the same event fits again, to the millisecond", () => {
    const rule = makeLimitRule("@o/c", 0, 0, limit({ max: 2 }))
    const windows: LimitWindows = new Map()
    for (const at of [10, 40]) consume(windows, rule, { key: "sa", cost: 1 }, at, false, at)
    const { freeAt, exceeded } = checkLimit(windows, rule, eventBy("a"), 50)
    expect({ freeAt, exceeded }).toEqual({ freeAt: 110, exceeded: true })
    expect(checkLimit(windows, rule, eventBy("a"), 109).exceeded).toBe(true)
    expect(checkLimit(windows, rule, eventBy("a"), 110).exceeded).toBe(false)
  })

  it("keeps its windows when max is edited, and gives a missing key a bucket of its own", () => {
    const two = makeLimitRule("@o/c", 0, 0, limit({ max: 2, per: [{ kind: "data", path: "$.team" }] }))
    const three = makeLimitRule("@o/c", 0, 0, limit({ max: 3, per: [{ kind: "data", path: "$.team" }] }))
    const windows: LimitWindows = new Map()
    for (const seq of [1, 2]) consume(windows, two, checkLimit(windows, two, eventBy("a"), 5), seq, false, 5)
    expect(checkLimit(windows, two, eventBy("a"), 6).exceeded).toBe(true)
    expect(checkLimit(windows, three, eventBy("a"), 6)).toMatchObject({ used: 2, exceeded: false })
    expect(checkLimit(windows, two, eventBy("a", { team: "x" }), 6).used).toBe(0)
    expect(checkLimit(windows, two, eventBy("a", { team: "-" }), 6).used).toBe(0)
  })
})

describe("gcra", () => {
  it("admits what a token bucket of the same rate and burst admits", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 80 }),
        (max, burst, gaps) => {
          const within = 1_200
          const rule = makeLimitRule("@o/c", 0, 0, limit({ max, within, burst, algorithm: "gcra" }))
          const windows: LimitWindows = new Map()
          const cost = within / max
          let now = 10_000
          let tokens = burst * cost
          let filled = now
          for (const gap of gaps) {
            now += gap
            tokens = Math.min(burst * cost, tokens + (now - filled))
            filled = now
            const fits = tokens + 1e-6 >= cost
            const check = checkLimit(windows, rule, eventBy("a"), now)
            expect(check.exceeded).toBe(!fits)
            if (!fits) {
              expect(checkLimit(windows, rule, eventBy("a"), check.freeAt!).exceeded).toBe(false)
              continue
            }
            tokens -= cost
            consume(windows, rule, check, now, false, now)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it("gives back what a hold took", () => {
    const rule = makeLimitRule("@o/c", 0, 0, limit({ max: 1, burst: 1, algorithm: "gcra" }))
    const windows: LimitWindows = new Map()
    const reservation = consume(windows, rule, checkLimit(windows, rule, eventBy("a"), 10), 1, true, 10)
    expect(checkLimit(windows, rule, eventBy("a"), 20).exceeded).toBe(true)
    giveBack(windows, reservation, 1)
    expect(checkLimit(windows, rule, eventBy("a"), 20).exceeded).toBe(false)
  })
})

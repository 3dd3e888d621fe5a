import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Resolution } from "../domain/contract.ts"
import { neededApprovals, type Standing, tally, type VotingRule } from "./tally.ts"

const OPTIONS = ["red", "green", "blue"]

/** The rule as a reader has it, once nobody votes any more. Weights are whole numbers, so twelfths are exact. */
const outcome = (rule: VotingRule, standings: ReadonlyArray<Standing>): "succeeded" | "defeated" | "expired" => {
  const by = (choice: string): ReadonlyArray<Standing> => standings.filter((one) => one.choice === choice)
  const weigh = (ones: ReadonlyArray<Standing>): number => ones.reduce((total, { weight }) => total + weight, 0)
  const approve = by("approve")
  const voters = standings.filter(({ choice }) => choice !== undefined).length
  const { resolution } = rule
  if (resolution.kind === "plurality") {
    if (voters === 0 || voters < (rule.quorum ?? 1)) return "expired"
    const totals = resolution.options.map((option) => ({ option, weight: weigh(by(option)) }))
    const best = totals.filter(({ weight }) => weight > 0 && totals.every((other) => other.weight <= weight))
    if (best.length === 1) return "succeeded"
    return best.some(({ option }) => option === resolution.tieBreak) ? "succeeded" : "defeated"
  }
  const cast = rule.of === "cast"
  if (cast && (voters === 0 || voters < (rule.quorum ?? 1))) return "expired"
  const counted = cast ? [...approve, ...by("deny")] : undefined
  const heads = counted === undefined ? rule.heads : counted.length
  const weight = counted === undefined ? rule.weight : weigh(counted)
  const met = (): boolean => {
    if (approve.length === 0) return false
    switch (resolution.kind) {
      case "approvals":
        return resolution.approvals > 0 && approve.length >= resolution.approvals
      case "majority":
        return weigh(approve) > weight - weigh(approve)
      case "supermajority":
        return weigh(approve) > 0 && weigh(approve) * 12 >= weight * Math.round(resolution.fraction * 12)
      case "unanimous":
        return approve.length >= heads
    }
  }
  return met() ? "succeeded" : "defeated"
}

/** Every way in which the votes that remain could be cast or withheld, enumerated. */
const enumerate = (
  rule: VotingRule,
  standings: ReadonlyArray<Standing>,
): "succeeded" | "defeated" | "open" | "expired" => {
  const next = standings.findIndex(({ choice, open }) => choice === undefined && open)
  const atOnce = rule.resolution.kind !== "plurality" && rule.of === "electorate"
  if (atOnce && outcome(rule, standings) === "succeeded") return "succeeded"
  if (next < 0) return outcome(rule, standings)
  if (!atOnce) return "open"
  const reachable = (at: ReadonlyArray<Standing>, from: number): boolean => {
    if (outcome(rule, at) === "succeeded") return true
    const one = at.findIndex(({ choice, open }, index) => index >= from && choice === undefined && open)
    if (one < 0) return false
    return ["approve", "deny", "abstain", undefined].some((choice) =>
      reachable(at.with(one, { ...at[one]!, ...(choice === undefined ? undefined : { choice }) }), one + 1),
    )
  }
  return reachable(standings, next) ? "open" : "defeated"
}

const resolution: fc.Arbitrary<Resolution> = fc.oneof(
  fc.integer({ min: 0, max: 6 }).map((approvals): Resolution => ({ kind: "approvals", approvals })),
  fc.constant<Resolution>({ kind: "majority" }),
  fc.constantFrom(7, 8, 9, 12).map((twelfths): Resolution => ({ kind: "supermajority", fraction: twelfths / 12 })),
  fc.constant<Resolution>({ kind: "unanimous" }),
  fc.option(fc.constantFrom(...OPTIONS)).map((tieBreak): Resolution => ({
    kind: "plurality",
    options: OPTIONS,
    ...(tieBreak === null ? undefined : { tieBreak }),
  })),
)

const scene = resolution.chain((rule) =>
  fc
    .record({
      of: fc.constantFrom("electorate" as const, "cast" as const),
      quorum: fc.option(fc.integer({ min: 1, max: 5 })),
      electors: fc.array(
        fc.record({
          weight: fc.integer({ min: 0, max: 3 }),
          choice: fc.option(
            rule.kind === "plurality"
              ? fc.constantFrom(...OPTIONS, "abstain")
              : fc.constantFrom("approve", "approve", "deny", "abstain"),
          ),
          open: fc.boolean(),
          joined: fc.integer({ min: 0, max: 4 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    })
    .map(({ of, quorum, electors }) => {
      const first = electors.filter(({ joined }) => joined > 0)
      const rules: VotingRule = {
        resolution: rule,
        of,
        ...(quorum === null ? undefined : { quorum }),
        heads: first.length,
        weight: first.reduce((total, { weight }) => total + weight, 0),
      }
      const standings = electors.map(({ weight, choice, open }): Standing => ({
        weight,
        open,
        ...(choice === null ? undefined : { choice }),
      }))
      return { rules, standings }
    }),
)

describe("tally", () => {
  it("closes exactly when an enumeration of the votes that remain says so", () => {
    fc.assert(
      fc.property(scene, ({ rules, standings }) => {
        expect(tally(rules, standings).state).toBe(enumerate(rules, standings))
      }),
      { numRuns: 10_000 },
    )
  })

  it("is never open when time is up, and never succeeds by it over the electorate", () => {
    fc.assert(
      fc.property(scene, ({ rules, standings }) => {
        const before = tally(rules, standings).state
        const after = tally(rules, standings, true).state
        expect(after).not.toBe("open")
        const counted = rules.resolution.kind === "plurality" || rules.of === "cast"
        if (before === "succeeded" && !counted) expect(after).toBe("expired")
        else if (before !== "open") expect(after).toBe(before)
        else if (!counted) expect(after).toBe("expired")
        else expect(after).toBe(outcome(rules, standings))
      }),
      { numRuns: 10_000 },
    )
  })

  it("needs more than half for a majority, two thirds where that is said, everybody for unanimity", () => {
    expect([3, 4, 5].map((electors) => neededApprovals({ kind: "majority" }, electors))).toEqual([2, 3, 3])
    expect([3, 6, 7].map((electors) => neededApprovals({ kind: "supermajority", fraction: 2 / 3 }, electors))).toEqual([
      2, 4, 5,
    ])
    expect(neededApprovals({ kind: "unanimous" }, 5)).toBe(5)
  })

  it("names the option that won", () => {
    const rule: VotingRule = {
      resolution: { kind: "plurality", options: OPTIONS, tieBreak: "green" },
      of: "cast",
      heads: 3,
      weight: 3,
    }
    const voted = (...choices: ReadonlyArray<string>): ReadonlyArray<Standing> =>
      choices.map((choice) => ({ weight: 1, choice, open: false }))
    expect(tally(rule, voted("red", "red", "blue"))).toEqual({ state: "succeeded", option: "red" })
    expect(tally(rule, voted("red", "green"))).toEqual({ state: "succeeded", option: "green" })
    expect(tally(rule, voted("red", "blue"))).toEqual({ state: "defeated" })
  })
})

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Resolution } from "../domain/contract.ts"
import { neededApprovals, type Tally, tally } from "./tally.ts"

type Vote = "approve" | "deny" | "abstain"
const VOTES: ReadonlyArray<Vote> = ["approve", "deny", "abstain"]

/** The rule as a reader has it, looked at when everybody who can vote has voted. */
const holds = (resolution: Resolution, votes: ReadonlyArray<Vote>, electors: number): boolean => {
  const approve = votes.filter((vote) => vote === "approve").length
  switch (resolution.kind) {
    case "approvals":
      return resolution.approvals >= 1 && approve >= resolution.approvals
    case "majority":
      return approve * 2 > electors
    case "unanimous":
      return approve === electors && electors > 0
    default:
      throw new Error("not run by this version")
  }
}

/** Every way in which the votes that remain could be cast, enumerated. */
const enumerate = (resolution: Resolution, cast: ReadonlyArray<Vote>, open: number, electors: number): Tally => {
  if (holds(resolution, cast, electors)) return "succeeded"
  const reachable = (votes: ReadonlyArray<Vote>, left: number): boolean =>
    holds(resolution, votes, electors) || (left > 0 && VOTES.some((vote) => reachable([...votes, vote], left - 1)))
  return reachable(cast, open) ? "open" : "defeated"
}

const resolutions = (most: number): fc.Arbitrary<Resolution> =>
  fc.oneof(
    fc.integer({ min: 0, max: most + 1 }).map((approvals): Resolution => ({ kind: "approvals", approvals })),
    fc.constant<Resolution>({ kind: "majority" }),
    fc.constant<Resolution>({ kind: "unanimous" }),
  )

describe("tally", () => {
  it("closes exactly when an enumeration of the votes that remain says so", () => {
    fc.assert(
      fc.property(
        resolutions(6),
        fc.array(fc.constantFrom(...VOTES), { maxLength: 6 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        (resolution, cast, open, gone) => {
          const electors = cast.length + open + gone
          const count = (choice: Vote): number => cast.filter((vote) => vote === choice).length
          const ballot = { approve: count("approve"), deny: count("deny"), abstain: count("abstain"), open, electors }
          expect(tally(resolution, ballot)).toBe(enumerate(resolution, cast, open, electors))
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it("needs more than half for a majority, everybody for unanimity", () => {
    expect(neededApprovals({ kind: "majority" }, 4)).toBe(3)
    expect(neededApprovals({ kind: "majority" }, 5)).toBe(3)
    expect(neededApprovals({ kind: "unanimous" }, 5)).toBe(5)
  })
})

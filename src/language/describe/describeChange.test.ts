import { describe, expect, it } from "vitest"
import type { Contract } from "../../domain/contract.ts"
import { describeChange, MAX_CHANGE_CHARACTERS } from "./describeChange.ts"
import * as sample from "./samples.ts"

const contract: Contract = { ...sample.withEffect(sample.votes), version: "1" }
const changed = (part: Partial<Contract>): string => describeChange(contract, { ...contract, version: "2", ...part })
const HEAD = "changed A sample (@review-team/sample): "

describe("describeChange", () => {
  it("says what is new and what is gone", () => {
    expect(describeChange(undefined, contract)).toBe(
      "added A sample (@review-team/sample): when a deploy is requested (deploy.requested) and " +
        'data.environment is "production", it waits for a vote of the organization\'s humans: 2 of them must approve. ' +
        "Whoever asked may not vote. As soon as that can no longer be reached, it is refused. " +
        "If it is not decided within 1 day, it expires and does not go through.",
    )
    expect(describeChange(contract, undefined)).toMatch(/^removed A sample \(@review-team\/sample\): when /)
    expect(describeChange(undefined, { ...contract, mode: "shadow" })).toContain("only watched (shadow), when ")
  })

  it("says nothing changed where only the place did", () => {
    const moved = { ...contract, position: { ...contract.position, line: 9 } }
    expect(describeChange(contract, moved)).toBe(`${HEAD}unchanged in meaning`)
  })

  it("quotes only the sentences that differ", () => {
    expect(changed({ then: [{ ...sample.votes, within: 3_600_000 }] })).toBe(
      `${HEAD}now "If it is not decided within 1 hour, it expires and does not go through", ` +
        'before "If it is not decided within 1 day, it expires and does not go through"',
    )
  })

  it("pairs effects of one kind, and names those that came or went", () => {
    expect(changed({ then: [{ effect: "deny", reason: "no" }] })).toBe(
      `${HEAD}no longer: it waits for a vote of the organization's humans: 2 of them must approve. ` +
        "Whoever asked may not vote. As soon as that can no longer be reached, it is refused. " +
        "If it is not decided within 1 day, it expires and does not go through; " +
        'in addition: it is refused, with the reason "no"',
    )
    const [first, second] = [
      { effect: "deny", reason: "a" },
      { effect: "deny", reason: "b" },
    ] as const
    expect(describeChange(sample.withEffect(first, second), sample.withEffect(second, first))).toContain(
      "another order",
    )
    expect(describeChange(sample.withEffect(first), sample.withEffect(first, first))).toContain("number")
  })

  it("says several things in one line", () => {
    expect(changed({ mode: "off", on: ["deploy.*"], priority: 7 })).toBe(
      `${HEAD}now switched off, before enforced; ` +
        'now when any event whose type has the form "deploy.*" (* is any text without a dot) happens, ' +
        "before when a deploy is requested (deploy.requested); now priority 7, before priority 50",
    )
  })

  it("is one bounded line whatever the author wrote", () => {
    const line = changed({ description: "x\ny".repeat(MAX_CHANGE_CHARACTERS) })
    expect(line).not.toContain("\n")
    expect(line).toHaveLength(MAX_CHANGE_CHARACTERS)
  })
})

import { describe, expect, it } from "vitest"
import type { Event } from "../domain/event.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import { Delegations } from "./countedVotes.ts"

const TIME = "2026-11-20T09:00:00.000Z"
const record = (seq: number, type: string, data: object): Event => ({
  id: `team-${seq}`,
  source: "charter",
  type,
  time: TIME,
  org: "@team",
  actor: { name: "charter", kind: "system", roles: [] },
  correlationid: "c",
  seq,
  data,
})
const elector = (name: string, org: string): Elector => ({ name, kind: "human", weight: 1, org })

const delegations = new Delegations()
delegations.see(
  record(1, "delegation.created", { id: "d", from: "gina", to: "dana", on: "**", expires: "2026-11-21T09:00:00.000Z" }),
)
delegations.see(record(2, "member.left", { organization: "@team", member: "gina", kind: "human", roles: [] }))

const readings = (org: string, left: ReadonlyArray<string>, seq = 9) => {
  const proposal = { org: "@team", electorate: [elector("dana", org), elector("gina", org)] } as unknown as Proposal
  return delegations
    .readings(proposal, "a.requested", new Map([["dana", "approve"]]), seq, TIME, new Set(left))
    .map((votes) => votes.get("gina"))
}

describe("the vote that somebody had given away who has left", () => {
  it("counts no more where he was an elector of the organization itself", () => {
    expect(readings("@team", ["gina"])).toEqual([undefined])
  })

  it("may count where he leaves only behind it, at the same time", () => {
    expect(readings("@team", ["gina"], 1.5)).toEqual(["approve", undefined])
  })

  it("may count where he is one of another organization: when he left that, no record here says", () => {
    expect(readings("@root", ["gina"])).toEqual(["approve", undefined])
    expect(readings("@root", [])).toEqual(["approve"])
  })
})

/** Changes of the rules that nobody but an operator lets through. */
import { expect } from "vitest"
import type { Household } from "../support/Household.ts"
import type { Proposed } from "./people.ts"

export const waitsForTheOperator = (asked: Proposed, contracts: ReadonlyArray<string> = ["charter/changes"]): void =>
  expect(asked).toMatchObject({
    status: 202,
    state: "waiting",
    requests: [{ verdict: "hold", contracts, reason: expect.stringContaining("only an operator lets through") }],
  })

export const accept = (at: Household, { requests }: Proposed) =>
  at.daemon.call("POST", `/v1/holds/${requests[0]!.hold}/accept`, { json: {} })

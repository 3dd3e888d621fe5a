/** A delay that is over while another proposal of the hold is open waits for that one, and for no time. */
import { expect, it } from "vitest"
import type { Actor } from "../../src/domain/event.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const RULES = `
organization: "@team"
members:
  - { human: dana }
  - { human: erin }
---
contract: after-a-while
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 1, from: dana, delay: 10m, within: 2h }
---
contract: erin-too
scope: "@team"
on: deploy.requested
then:
  - require_approval: { from: erin, within: 2h }
`
const START = Date.UTC(2026, 10, 2, 9)
const MINUTE_MS = 60_000
const dana: Actor = { name: "dana", kind: "human", roles: [] }
const coder: Actor = { name: "coder", kind: "agent", roles: [] }

it("does not wake the writer again and again", () => {
  const definitions = definitionsFrom(RULES)
  const state = emptyState("@team")
  const at = (minutes: number) => new Turn(state, definitions, START + minutes * MINUTE_MS)
  at(0).execute({
    kind: "publish",
    event: { id: "e", source: "s", type: "deploy.requested", org: "@team", actor: coder },
  })
  const { proposal } = [...state.proposals.values()].find((one) => one.proposal.delay !== undefined)!
  at(1).execute({ kind: "vote", proposal: proposal.id, by: dana, choice: "approve" })
  expect(state.nextTimer).toBe(START + 11 * MINUTE_MS)
  at(11).execute({ kind: "tick" })
  expect(state.nextTimer).toBe(START + 120 * MINUTE_MS)
})

/** A proposal that a revision ends gives back its room in the same turn: whoever waits for it does not wait for the next. */
import { expect, it } from "vitest"
import type { Actor } from "../../src/domain/event.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const CONTRACT = `
contract: one-at-a-time
scope: "@team"
on: deploy.requested
then:
  - require_votes: { from: org.humans, resolution: unanimous, within: 1h }
  - limit: { max: 1, within: 2h, otherwise: defer }
`
const team = (members: ReadonlyArray<string>): string =>
  `organization: "@team"\nmembers:\n${members.map((human) => `  - { human: ${human} }\n`).join("")}---${CONTRACT}`

const START = Date.UTC(2026, 10, 2, 9)
const coder: Actor = { name: "coder", kind: "agent", roles: [] }

it("decides what waits for the room when the review is done, and leaves nothing for the next command", () => {
  const before = definitionsFrom(team(["dana", "erin"]))
  const after = definitionsFrom(team(["dana"]))
  const state = emptyState("@team")
  for (const id of ["first", "second"])
    new Turn(state, before, START).execute({
      kind: "publish",
      event: { id, source: "s", type: "deploy.requested", org: "@team", actor: coder },
    })
  new Turn(state, before, START).adopt(
    after,
    { revision: "2", added: [], removed: [], changed: [], manifest: "2", summary: "" },
    daemonActor(),
  )
  const review = new Turn(state, after, START)
  expect(review.catchUp(true)).toBe(false)
  const types = review.records.map(({ event }) => event.type)
  expect(types).toContain("hold.denied")
  expect(types).toContain("hold.continued")
  expect(state.nextTimer).toBeGreaterThan(START)
})

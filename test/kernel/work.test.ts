/** Tasks and runs where contract tests, which run nothing, do not reach. */
import { expect, it } from "vitest"
import type { Actor } from "../../src/domain/event.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const RULES = `
organization: "@team"
owner: dana
members:
  - { human: dana }
  - { agent: coder, executor: { kind: scripted, file: x.yaml } }
---
contract: work
scope: "@team"
on: work.requested
then: route(coder)
---
contract: runs-are-approved
scope: "@team"
on: run.requested
then:
  - require_approval: { from: dana, within: 1d }
  - limit: { max: 1, within: 1h }
`
const dana: Actor = { name: "dana", kind: "human", roles: [] }
const coder: Actor = { name: "coder", kind: "agent", roles: [] }

it("a task that is cancelled while its run waits to be granted takes the run's hold with it", () => {
  const state = emptyState("@team")
  const turn = new Turn(state, definitionsFrom(RULES), Date.UTC(2026, 10, 20))
  turn.execute({ kind: "publish", event: { id: "1", source: "s", type: "work.requested", org: "@team", actor: dana } })
  const [task] = state.tasks.keys()
  const asked = turn.execute({
    kind: "lease",
    task: task!,
    worker: "w",
    leaseMs: 60_000,
    executor: "scripted",
    by: coder,
  })
  expect(asked).toMatchObject({ run: { state: "waiting" } })
  expect(state.holds.size).toBe(1)
  turn.execute({ kind: "cancelTask", task: task!, by: dana, reason: "no need" })
  expect([state.tasks.size, state.holds.size, state.proposals.size]).toEqual([0, 0, 0])
  const types = turn.records.map(({ event }) => event.type)
  expect(types).toContain("hold.cancelled")
  expect(types).not.toContain("task.failed")
  const next = {
    kind: "publish",
    event: { id: "2", source: "s", type: "work.requested", org: "@team", actor: dana },
  } as const
  turn.execute(next)
  const [another] = state.tasks.keys()
  const again = turn.execute({
    kind: "lease",
    task: another!,
    worker: "w",
    leaseMs: 60_000,
    executor: "scripted",
    by: coder,
  })
  expect(again).toMatchObject({ run: { state: "waiting" } })
})

it("candidates are numbered, and each is told the same, humans too", () => {
  const state = emptyState("@team")
  const rules = `${RULES.replace("  - { human: dana }\n", "  - { human: dana }\n  - { human: erin }\n")}---
contract: the-best-of-two
scope: "@team"
on: draft.requested
then:
  - route: { to: [coder, erin], as: compete, goal: "Draw \${{ data.what }}", with: { what: "\${{ data.what }}", size: 3 } }
`
  const turn = new Turn(state, definitionsFrom(rules), Date.UTC(2026, 10, 20))
  const event = { id: "1", source: "s", type: "draft.requested", org: "@team", actor: dana, data: { what: "a cat" } }
  turn.execute({ kind: "publish", event })
  const told = { as: "compete", goal: "Draw a cat", with: { what: "a cat", size: 3 } }
  expect([...state.tasks.values()]).toMatchObject([
    { state: "queued", task: { ...told, member: "coder", candidate: 1 } },
    { state: "waiting", task: { ...told, member: "erin", candidate: 2, human: true } },
  ])
})

/** Which ends of a run are failures of its task. */
import { expect, it } from "vitest"
import type { Actor } from "../../src/domain/event.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const definitions = definitionsFrom(`organization: "@team"
members:
  - agent: coder
---
contract: work
scope: "@team"
on: work.requested
then: route("@coder")
`)
const coder: Actor = { name: "coder", kind: "agent", roles: [] }
const RETRIES = 2

it("counts failures against the retries, and no run that was lost with its daemon", () => {
  let state: OrganizationState = emptyState("@team")
  let now = Date.UTC(2026, 10, 2, 9)
  const turn = (): Turn => new Turn(state, definitions, (now += 600_000))
  turn().execute({
    kind: "publish",
    event: { id: "e", source: "s", type: "work.requested", org: "@team", actor: coder },
  })
  const [task] = state.tasks.keys()

  /** Runs the task, and ends the run; whether the task is still there. */
  const end = (lost: boolean): boolean => {
    turn().execute({ kind: "lease", task: task!, worker: "w", leaseMs: 3_600_000, executor: "command", by: coder })
    const { run } = state.tasks.get(task!)!
    turn().execute({
      kind: "finish",
      task: task!,
      run: run!,
      outcome: { success: false, error: "no", retry: true, ...(lost ? { lost: true as const } : undefined) },
      retries: lost ? Number.POSITIVE_INFINITY : RETRIES,
    })
    state = decodeState(encodeState(state))
    return state.tasks.has(task!)
  }
  expect([end(true), end(true), end(true)]).toEqual([true, true, true])
  expect([end(false), end(true), end(false)]).toEqual([true, true, true])
  expect(state.tasks.get(task!)).toMatchObject({ attempt: 6, failures: 2 })
  expect(end(false)).toBe(false)
})

/** Stopped and interrupted agents, schedules, checkpoints and tasks done by hand, where contract tests do not reach. */
import { describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Actor } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Answer, Command } from "../../src/kernel/command.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { evolve } from "../../src/kernel/evolve.ts"
import { MAX_COUNTED_MISSED } from "../../src/kernel/schedules.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const RULES = `
organization: "@team"
timezone: Europe/Berlin
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { agent: coder }
  - { agent: desk, executor: { kind: human } }
---
contract: work
scope: "@team"
on: work.requested
then: route(coder)
---
contract: reading
scope: "@team"
on: text.requested
then: route(dana, desk)
---
contract: a-stop-is-told
scope: "@team"
on: agent.stopped
then:
  - notify: { to: "@dana", message: "\${{ data.agent }} is stopped" }
`
const dana: Actor = { name: "dana", kind: "human", roles: [] }
const erin: Actor = { name: "erin", kind: "human", roles: [] }
const coder: Actor = { name: "coder", kind: "agent", roles: [] }
const desk: Actor = { name: "desk", kind: "agent", roles: [] }
const START = Date.UTC(2026, 10, 2, 9)
const MINUTE_MS = 60_000

/** An organization whose every state is that of its log and of its snapshot. */
const open = (rules = RULES, revision = "r1") => {
  const definitions = definitionsFrom(rules)
  const records: Array<LogRecord> = []
  let state = emptyState("@team")
  let now = START
  const turn = (act: (turn: Turn) => Answer): Answer => {
    const made = new Turn(state, definitions, now)
    const answer = act(made)
    records.push(...made.records)
    const folded = emptyState("@team")
    for (const record of records) evolve(folded, definitions, record)
    expect(encodeState(folded)).toBe(encodeState(state))
    const restored = decodeState(encodeState(state))
    expect(encodeState(restored)).toBe(encodeState(state))
    state = restored
    return answer
  }
  turn((one) =>
    one.adopt(
      definitions,
      { revision, added: [], removed: [], changed: [], manifest: revision, summary: "" },
      daemonActor(),
    ),
  )
  const execute = (command: Command): Answer => turn((one) => one.execute(command))
  let ids = 0
  return {
    execute,
    records,
    get state() {
      return state
    },
    pass: (ms: number) => {
      now += ms
      return execute({ kind: "tick" })
    },
    publish: (type: string): string => {
      execute({ kind: "publish", event: { id: `${++ids}`, source: "s", type, org: "@team", actor: dana } })
      return [...state.tasks.keys()].at(-1)!
    },
    lease: (task: string) =>
      execute({ kind: "lease", task, worker: "w", leaseMs: 3_600_000, executor: "command", by: coder }),
    ofType: <T extends keyof BuiltinData>(type: T): ReadonlyArray<BuiltinData[T]> =>
      records.filter(({ event }) => event.type === type).map(({ event }) => event.data as BuiltinData[T]),
  }
}

const refusalOf = (answer: Answer): string | undefined => (isRefusal(answer) ? answer.type : undefined)

describe("an agent that is stopped", () => {
  it("takes nothing until it is started, and contracts may tell of it", () => {
    const team = open()
    const task = team.publish("work.requested")
    team.execute({ kind: "stopAgent", agent: "coder", by: dana, reason: "broken key" })
    expect(team.state.agents.get("coder")?.stopped).toEqual({ by: "dana", at: START, reason: "broken key" })
    expect(team.ofType("message.posted")).toMatchObject([{ to: "dana", text: "coder is stopped" }])
    expect(refusalOf(team.lease(task))).toBe("agent-stopped")
    expect(refusalOf(team.execute({ kind: "stopAgent", agent: "coder", by: erin }))).toBe("agent-stopped")
    team.execute({ kind: "startAgent", agent: "coder", by: erin })
    expect(refusalOf(team.execute({ kind: "startAgent", agent: "coder", by: erin }))).toBe("agent-not-stopped")
    expect(team.lease(task)).toMatchObject({ run: { state: "started" } })
  })

  it("is one that there is", () => {
    const team = open()
    expect(refusalOf(team.execute({ kind: "stopAgent", agent: "codr", by: dana }))).toBe("agent-unknown")
    expect(refusalOf(team.execute({ kind: "stopAgent", agent: "erin", by: dana }))).toBe("agent-unknown")
  })
})

describe("an agent that is interrupted", () => {
  it("loses what it runs, and the task with it", () => {
    const team = open()
    const task = team.publish("work.requested")
    expect(refusalOf(team.execute({ kind: "interrupt", agent: "coder", by: dana, again: false }))).toBe("nothing-runs")
    team.lease(task)
    const run = team.state.tasks.get(task)!.run!
    team.execute({ kind: "interrupt", agent: "coder", by: dana, reason: "wrong branch", again: false })
    expect([team.state.tasks.size, team.state.runs.size]).toEqual([0, 0])
    expect(team.ofType("agent.interrupted")).toEqual([
      { agent: "coder", by: "dana", reason: "wrong branch", runs: [run], again: false },
    ])
    expect(team.ofType("run.ended")).toMatchObject([{ run, outcome: "interrupted" }])
    const error = "interrupted by dana: wrong branch"
    expect(team.ofType("task.failed")).toMatchObject([{ task, run, dead: true, error, by: "dana" }])
    const finish = { kind: "finish", task, run, outcome: { success: true, result: 1 }, retries: 2 } as const
    expect(refusalOf(team.execute(finish))).toBe("task-ended")
  })

  it("gets it again where that is said, which is no failure, and goes on from its checkpoint", () => {
    const team = open()
    const task = team.publish("work.requested")
    for (const step of [1, 2, 3]) {
      team.lease(task)
      const run = team.state.tasks.get(task)!.run!
      team.execute({ kind: "checkpoint", task, run, data: { step }, leaseMs: 1_000 })
      const { checkpoint } = team.state.tasks.get(task)!
      expect(team.records[checkpoint! - 1]!.event.data).toMatchObject({ task, run, data: { step } })
      team.execute({ kind: "interrupt", agent: "coder", by: dana, again: true })
      expect(team.state.tasks.get(task)).toMatchObject({ state: "queued", failures: 0, attempt: step, checkpoint })
    }
    const late = { kind: "checkpoint", task, run: "r-none", data: 1, leaseMs: 1_000 } as const
    expect(refusalOf(team.execute(late))).toBe("lease-lost")
  })
})

describe("a task that is done by hand", () => {
  it("waits for its member, whom nobody else can stand in for", () => {
    const team = open()
    const task = team.publish("text.requested")
    expect(team.state.tasks.get(task)).toMatchObject({ state: "waiting", task: { member: "dana", human: true } })
    expect(team.ofType("message.posted")).toMatchObject([{ to: "dana", task, text: `Task ${task} is yours to do` }])
    expect(refusalOf(team.lease(task))).toBe("task-not-queued")
    team.pass(365 * 24 * 60 * MINUTE_MS)
    expect(team.state.tasks.get(task)!.state).toBe("waiting")

    const say = (by: Actor, says: Extract<Command, { kind: "byHand" }>["says"]) =>
      team.execute({ kind: "byHand", task, by, says })
    const done = { kind: "completed", result: { outcome: "read" } } as const
    const operator: Actor = { name: "dana", kind: "operator", roles: [] }
    for (const other of [erin, coder, operator, { ...dana, kind: "agent" } as const])
      expect(refusalOf(say(other, done))).toBe("task-of-another")
    say(dana, { kind: "progress", text: "half of it" })
    say(dana, { kind: "failed", error: "not now", again: true })
    expect(team.state.tasks.get(task)!.state).toBe("waiting")
    say(dana, done)
    expect(team.ofType("task.completed")).toEqual([{ task, result: { outcome: "read" }, by: "dana" }])
    expect(refusalOf(say(dana, done))).toBe("task-ended")

    const [next] = team.state.tasks.values()
    expect(next).toMatchObject({ state: "waiting", task: { member: "desk", previous: task, human: true } })
    const own = { kind: "byHand", task: next!.task.id, says: { kind: "failed", error: "no", again: false } } as const
    expect(refusalOf(team.execute({ ...own, by: dana }))).toBe("task-of-another")
    team.execute({ ...own, by: desk })
    expect(team.state.tasks.size).toBe(0)
    expect(team.ofType("run.requested")).toEqual([])
  })

  it("is not one that an executor runs", () => {
    const team = open()
    const task = team.publish("work.requested")
    const done = { kind: "byHand", task, by: coder, says: { kind: "completed", result: 1 } } as const
    expect(refusalOf(team.execute(done))).toBe("task-of-executor")
  })
})

describe("a schedule", () => {
  const scheduled = (schedule: string) =>
    open(RULES.replace("{ agent: coder }", `{ agent: coder, schedule: ${schedule} }`))

  it("fires once for all that was missed, and says how much that was", () => {
    const team = scheduled('{ cron: "0 9 * * 1-5", goal: Look around }')
    team.pass(7 * 24 * 60 * MINUTE_MS)
    expect(team.ofType("cron")).toEqual([
      {
        member: "coder",
        cron: "0 9 * * 1-5",
        goal: "Look around",
        due: "2026-11-03T08:00:00.000Z",
        missed: 4,
        task: expect.stringMatching(/^t-team-\d+\.c$/),
      },
    ])
    expect([...team.state.tasks.values()]).toMatchObject([
      { task: { member: "coder", contract: "schedule", goal: "Look around" } },
    ])
    team.pass(5 * 365 * 24 * 60 * MINUTE_MS)
    expect(team.ofType("cron")[1]).toMatchObject({ missed: MAX_COUNTED_MISSED, open: [...team.state.tasks.keys()][0] })
    expect(team.state.tasks.size).toBe(1)
  })

  it("of idleness counts from the last thing that has concerned its agent", () => {
    const team = scheduled("{ every: 10m }")
    const task = team.publish("work.requested")
    team.pass(60 * MINUTE_MS)
    team.execute({ kind: "cancelTask", task, by: dana, reason: "no" })
    team.pass(9 * MINUTE_MS)
    expect(team.ofType("cron")).toEqual([])
    team.pass(35 * MINUTE_MS)
    expect(team.ofType("cron")).toMatchObject([{ every: 10 * MINUTE_MS, missed: 3 }])
  })

  it("rests while its agent is stopped, and begins anew when it is started", () => {
    const team = scheduled('{ cron: "0 * * * *" }')
    team.execute({ kind: "stopAgent", agent: "coder", by: dana })
    team.pass(600 * MINUTE_MS + 1)
    expect(team.ofType("cron")).toEqual([])
    team.execute({ kind: "startAgent", agent: "coder", by: dana })
    team.pass(59 * MINUTE_MS)
    expect(team.ofType("cron")).toEqual([])
    team.pass(MINUTE_MS)
    expect(team.ofType("cron")).toMatchObject([{ due: "2026-11-02T20:00:00.000Z" }])
    expect(team.ofType("cron")[0]).not.toHaveProperty("missed")
  })
})

/** The checker itself: on a sound log it finds nothing, and each thing that is broken in it, it finds. */
import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Actor } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import type { Command } from "../../src/kernel/command.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { emptyState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerMemory } from "../../src/log/memory/layer.ts"
import { Projections } from "../../src/log/Projections.ts"
import { definitionsFrom } from "../support/definitions.ts"
import { checkInvariants, type Evidence, RUN_GRACE_MS } from "../../src/testing/invariants.ts"

const RULES = `organization: "@team"
members:
  - { human: dana }
  - { human: erin }
  - agent: coder
  - { agent: keeper, schedule: { every: 3h } }
---
contract: errands
scope: "@team"
on: errand.requested
then: route(dana)
---
contract: two-agree
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, within: 1h }
  - route: "@coder"
---
contract: no-drops
scope: "@team"
on: drop.requested
then: deny("no")
`
const START = Date.UTC(2026, 10, 2, 9)
const dana: Actor = { name: "dana", kind: "human", roles: [] }
const erin: Actor = { name: "erin", kind: "human", roles: [] }
const coder: Actor = { name: "coder", kind: "agent", roles: [] }

let sound: Evidence & { readonly records: ReadonlyArray<LogRecord> }
beforeAll(async () => {
  const definitions = definitionsFrom(RULES)
  const state = emptyState("@team")
  const records: Array<LogRecord> = []
  const at = (minutes: number, command: Command): void => {
    const turn = new Turn(state, definitions, START + minutes * 60_000)
    turn.execute(command)
    records.push(...turn.records)
  }
  const publish = (id: string, type: string): Command => ({
    kind: "publish",
    event: { id, source: "test", type, org: "@team", actor: coder },
  })
  const adopting = new Turn(state, definitions, START)
  adopting.adopt(
    definitions,
    { revision: definitions.revision, added: [], removed: [], changed: [], manifest: "m", summary: "" },
    daemonActor(),
  )
  records.push(...adopting.records)
  at(1, publish("yes", "deploy.requested"))
  at(2, { kind: "vote", proposal: "p-team-2", by: dana, choice: "approve" })
  at(3, { kind: "vote", proposal: "p-team-2", by: erin, choice: "approve" })
  const [task] = state.tasks.keys()
  at(4, { kind: "lease", task: task!, worker: "w", leaseMs: 600_000, executor: "command", by: coder })
  at(5, {
    kind: "finish",
    task: task!,
    run: state.tasks.get(task!)!.run!,
    outcome: { success: true, result: null },
    retries: 2,
  })
  at(6, publish("never", "deploy.requested"))
  at(7, { kind: "vote", proposal: [...state.proposals.keys()][0]!, by: dana, choice: "deny" })
  at(8, publish("late", "deploy.requested"))
  at(100, { kind: "tick" })
  at(102, publish("errand", "errand.requested"))
  const [errand] = state.tasks.keys()
  at(103, { kind: "byHand", task: errand!, by: dana, says: { kind: "completed", result: null } })
  at(181, { kind: "tick" })
  const [scheduled] = state.tasks.keys()
  at(182, { kind: "lease", task: scheduled!, worker: "w", leaseMs: 600_000, executor: "command", by: coder })
  const done = { success: true, result: null } as const
  at(183, { kind: "finish", task: scheduled!, run: state.tasks.get(scheduled!)!.run!, outcome: done, retries: 2 })
  at(184, { kind: "stopAgent", agent: "keeper", by: dana })
  at(185, publish("dropped", "drop.requested"))
  sound = await evidenceOf(records)
})

/** What the read models in memory make of these records. */
const evidenceOf = (records: ReadonlyArray<LogRecord>) =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const projections = yield* Projections
    const { epoch } = yield* log.open("@team")
    yield* log.append("@team", 0, epoch, records)
    const all = { limit: 1_000 }
    return {
      records,
      holds: (yield* projections.holds(all)).items,
      proposals: (yield* projections.proposals(all)).items,
      tasks: (yield* projections.tasks(all)).items,
      verify: yield* log.verify,
      acknowledged: [{ org: "@team", id: "yes", seq: 2, verdict: "hold" }],
      same: [{ what: "states", one: "a", other: "a" }],
      processes: [],
      settled: true,
    }
  }).pipe(Effect.provide(layerMemory), Effect.runPromise)

/** The records with those of a type replaced; numbers are given anew, so that only what was meant is broken. */
const replace = (type: string, by: (record: LogRecord) => ReadonlyArray<LogRecord>): Evidence => {
  const records = sound.records.flatMap((record) => (record.event.type === type ? by(record) : [record]))
  return { ...sound, records, verify: { ...sound.verify, records: records.length } }
}
const edit = <T extends keyof BuiltinData>(type: T, change: (data: BuiltinData[T]) => object): Evidence =>
  replace(type, ({ event, ...rest }) => [
    { event: { ...event, data: { ...(event.data as object), ...change(event.data as BuiltinData[T]) } }, ...rest },
  ])

/** The first run that has ended, and when. */
const ended = (): { readonly run: string; readonly at: number } => {
  const { data, time } = sound.records.find(({ event }) => event.type === "run.ended")!.event
  return { run: (data as BuiltinData["run.ended"]).run, at: Date.parse(time) }
}

describe("the checker", () => {
  it("finds nothing in a sound log", () => {
    expect(checkInvariants(sound)).toEqual([])
  })

  it.each<readonly [string, number, () => Evidence]>([
    ["a record is missing", 1, () => replace("vote.cast", () => [])],
    ["an event is there twice", 1, () => replace("drop.requested", (record) => [record, record])],
    [
      "an acknowledged event is another",
      1,
      () => ({ ...sound, acknowledged: [{ org: "@team", id: "other", seq: 2, verdict: "hold" }] }),
    ],
    [
      "an acknowledged verdict is another",
      1,
      () => ({ ...sound, acknowledged: [{ org: "@team", id: "yes", seq: 2, verdict: "allow" }] }),
    ],
    ["an event was not decided", 1, () => replace("drop.requested", ({ event }) => [{ event }])],
    [
      "it was decided under a revision that was not in force",
      1,
      () => replace("drop.requested", ({ event, decision }) => [{ event, decision: { ...decision!, revision: "x" } }]),
    ],
    [
      "time goes back",
      1,
      () =>
        replace("drop.requested", ({ event, decision }) => [
          { event: { ...event, time: "2020-01-01T00:00:00.000Z" }, decision: decision! },
        ]),
    ],
    [
      "what was denied has a task",
      2,
      () => edit("task.created", () => ({ event: "dropped", eventSeq: sound.records.length - 1 })),
    ],
    ["a promised task was never made", 2, () => replace("task.created", () => [])],
    ["a task has completed twice", 2, () => replace("task.completed", (record) => [record, record])],
    [
      "two runs hold a task",
      2,
      () =>
        replace("run.started", (record) => [
          record,
          { event: { ...record.event, id: "again", data: { ...(record.event.data as object), run: "r-2" } } },
        ]),
    ],
    ["a task is never brought to its end", 2, () => replace("task.completed", () => [])],
    ["a firing has no task that it promised", 2, () => edit("cron", () => ({ task: "t-other" }))],
    [
      "a firing gave somebody else its task",
      2,
      () => edit("task.created", ({ contract }) => (contract === "schedule" ? { member: "coder" } : {})),
    ],
    [
      "a stopped agent has begun a run",
      2,
      () =>
        replace("task.started", (record) => [
          { event: { ...record.event, id: "stop", type: "agent.stopped", data: { agent: "keeper", by: "dana" } } },
          record,
        ]),
    ],
    [
      "a run was begun for what is done by hand",
      2,
      () => edit("task.created", ({ contract }) => (contract === "schedule" ? { human: true } : {})),
    ],
    ["a hold has ended twice", 2, () => replace("hold.released", (record) => [record, record])],
    [
      "what has expired was released",
      3,
      () => replace("hold.expired", ({ event }) => [{ event: { ...event, type: "hold.released" } }]),
    ],
    ["a proposal was decided twice", 3, () => replace("proposal.succeeded", (record) => [record, record])],
    ["a stranger has voted", 3, () => edit("vote.cast", () => ({ by: "zoe" }))],
    [
      "it has succeeded without enough votes",
      3,
      () => edit("vote.cast", ({ by }) => ({ choice: by === "erin" ? "abstain" : "approve" })),
    ],
    ["it has expired too early", 3, () => edit("proposal.opened", () => ({ deadline: "2026-11-09T09:00:00.000Z" }))],
    ["it was opened under another revision", 3, () => edit("proposal.opened", () => ({ revision: "x" }))],
    [
      "a hold is shown otherwise",
      4,
      () => ({ ...sound, holds: sound.holds.map((hold) => ({ ...hold, state: "held" })) }),
    ],
    ["a proposal is not shown", 4, () => ({ ...sound, proposals: sound.proposals.slice(1) })],
    [
      "a task is shown that is not there",
      4,
      () => ({ ...sound, tasks: [...sound.tasks, { ...sound.tasks[0]!, id: "t-other" }] }),
    ],
    ["two states differ", 4, () => ({ ...sound, same: [{ what: "states", one: "a", other: "b" }] })],
    [
      "the chain is broken",
      5,
      () => ({ ...sound, verify: { ...sound.verify, broken: [{ org: "@team", seq: 3, what: "changed" }] } }),
    ],
    ["a process lives on", 6, () => ({ ...sound, processes: [ended().run] })],
    [
      "a process lives on, some time after its run",
      6,
      () => ({ ...sound, processes: [ended().run], looked: ended().at + RUN_GRACE_MS + 1 }),
    ],
    ["a token outlives its run", 6, () => ({ ...sound, tokens: [ended().run], looked: ended().at })],
  ])("finds that %s", (_, invariant, broken) => {
    expect(checkInvariants(broken()).map((violation) => violation.invariant)).toContain(invariant)
  })

  it("leaves a process its time to go, and its token to a run that goes on", () => {
    const { run, at } = ended()
    expect(checkInvariants({ ...sound, processes: [run], tokens: ["goes-on"], looked: at + RUN_GRACE_MS })).toEqual([])
  })
})

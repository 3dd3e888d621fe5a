/** Random lives of an organization: what is live, what is folded from the log, and what a snapshot gives are one state. */
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Actor } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Command } from "../../src/kernel/command.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { decide } from "../../src/kernel/decide.ts"
import { evolve } from "../../src/kernel/evolve.ts"
import { explainContracts, verdictFlips } from "../../src/kernel/explanation.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import type { FactChange } from "../../src/language/conditions/changes.ts"
import { definitionsFrom } from "../support/definitions.ts"

const definitions = definitionsFrom(readFileSync(new URL("rules.yaml", import.meta.url), "utf8"))
const ORG = "@team"
const START = Date.UTC(2026, 10, 5, 9)

const member = (name: string, kind: "human" | "agent", roles: ReadonlyArray<string>): Actor => ({ name, kind, roles })
const PEOPLE = [member("dana", "human", ["lead"]), member("erin", "human", ["lead"]), member("fred", "human", [])]
const ACTORS = [...PEOPLE, member("coder", "agent", ["coder"])]

type Step =
  | { readonly kind: "publish"; readonly type: string; readonly actor: Actor; readonly data: unknown }
  | {
      readonly kind: "vote"
      readonly which: number
      readonly by: Actor
      readonly choice: "approve" | "deny" | "abstain"
    }
  | { readonly kind: "cancel"; readonly which: number; readonly by: Actor }
  | { readonly kind: "work"; readonly which: number; readonly success: boolean }
  | { readonly kind: "checkpoint"; readonly which: number }
  | { readonly kind: "agent"; readonly act: "stopAgent" | "startAgent" | "interrupt"; readonly again: boolean }
  | { readonly kind: "pass"; readonly ms: number }

const anyData = fc.record(
  {
    environment: fc.constantFrom("production", "staging"),
    risk: fc.integer({ min: 0, max: 10 }),
    branch: fc.constantFrom("main", "side"),
  },
  { requiredKeys: [] },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      type: fc.constantFrom(
        "deploy.requested",
        "merge.requested",
        "comment.requested",
        "tests.passed",
        "push.happened",
      ),
      actor: fc.constantFrom(...ACTORS),
      data: anyData,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("vote" as const),
      which: fc.nat(9),
      by: fc.constantFrom(...ACTORS),
      choice: fc.constantFrom("approve" as const, "approve" as const, "deny" as const, "abstain" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(9), by: fc.constantFrom(...ACTORS) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("work" as const), which: fc.nat(9), success: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const), which: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("agent" as const),
      act: fc.constantFrom("stopAgent" as const, "startAgent" as const, "interrupt" as const),
      again: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 3 * 3_600_000 }) }),
  },
)

interface Life {
  readonly records: ReadonlyArray<LogRecord>
  readonly state: OrganizationState
}

/** `restart` says after which steps the state is made again from its snapshot, as after a crash. */
const live = (
  steps: ReadonlyArray<Step>,
  restart: ReadonlySet<number>,
  before?: (state: OrganizationState, now: number) => void,
): Life => {
  const records: Array<LogRecord> = []
  let state = emptyState(ORG)
  let now = START
  let ids = 0
  const first = new Turn(state, definitions, now)
  first.adopt(definitions, REVISED, daemonActor())
  records.push(...first.records)
  steps.forEach((one, index) => {
    if (one.kind === "pass") now += one.ms
    const turn = new Turn(state, definitions, now)
    before?.(state, now)
    for (const command of commandsOf(one, state, () => `e${++ids}`)) turn.execute(command)
    records.push(...turn.records)
    if (restart.has(index)) state = decodeState(encodeState(state))
  })
  return { records, state }
}

const REVISED = { revision: "r", added: [], removed: [], changed: [], manifest: "m", summary: "" }

const commandsOf = (one: Step, state: OrganizationState, nextId: () => string): ReadonlyArray<Command> => {
  const pick = <A>(map: ReadonlyMap<string, A>, which: number): string =>
    [...map.keys()][which % Math.max(1, map.size)] ?? "none"
  switch (one.kind) {
    case "publish":
      return [
        {
          kind: "publish",
          event: {
            id: nextId(),
            source: "s",
            type: one.type,
            org: ORG,
            actor: one.actor,
            subject: "it",
            data: one.data,
          },
        },
      ]
    case "vote":
      return [{ kind: "vote", proposal: pick(state.proposals, one.which), by: one.by, choice: one.choice }]
    case "cancel":
      return [{ kind: "cancel", target: pick(state.holds, one.which), by: one.by }]
    case "work": {
      const open = state.tasks.get(pick(state.tasks, one.which))
      if (open === undefined) return []
      const { id, human, member: who } = open.task
      if (human === true) {
        const by = PEOPLE.find(({ name }) => name === who)!
        const failed = { kind: "failed", error: "no", again: one.which % 2 === 0 } as const
        return [{ kind: "byHand", task: id, by, says: one.success ? { kind: "completed", result: 1 } : failed }]
      }
      if (open.state === "queued")
        return [
          {
            kind: "lease",
            task: id,
            worker: "w",
            leaseMs: 60_000,
            executor: "scripted",
            by: member("coder", "agent", ["coder"]),
          },
        ]
      const outcome = one.success
        ? { success: true as const, result: 1 }
        : { success: false as const, error: "no", retry: true }
      return [{ kind: "finish", task: id, run: open.run ?? "", outcome, retries: 2 }]
    }
    case "checkpoint": {
      const open = state.tasks.get(pick(state.tasks, one.which))
      const data = { step: one.which }
      return open?.run === undefined
        ? []
        : [{ kind: "checkpoint", task: open.task.id, run: open.run, data, leaseMs: 60_000 }]
    }
    case "agent": {
      const { act, again } = one
      const by = PEOPLE[0]!
      return [act === "interrupt" ? { kind: act, agent: "coder", by, again } : { kind: act, agent: "coder", by }]
    }
    case "pass":
      return [{ kind: "tick" }]
  }
}

const lives = fc.tuple(fc.array(step, { minLength: 1, maxLength: 60 }), fc.array(fc.nat(59), { maxLength: 4 }))

describe("the state of an organization", () => {
  it("is the fold of its log, whether it lived through, was restored from snapshots, or was rebuilt", () => {
    fc.assert(
      fc.property(lives, ([steps, restarts]) => {
        const through = live(steps, new Set())
        const restored = live(steps, new Set(restarts))
        const rebuilt = emptyState(ORG)
        for (const record of through.records) evolve(rebuilt, definitions, record)
        expect(JSON.stringify(restored.records)).toBe(JSON.stringify(through.records))
        expect(encodeState(restored.state)).toBe(encodeState(through.state))
        expect(encodeState(rebuilt)).toBe(encodeState(through.state))
      }),
      { numRuns: 400 },
    )
  })

  it("keeps the invariants of decisions, proposals and votes", () => {
    fc.assert(
      fc.property(lives, ([steps]) => {
        const { records, state } = live(steps, new Set())
        const ends = new Map<string, string>()
        const mayVote = new Map<string, ReadonlyArray<string>>()
        for (const { event, decision } of records) {
          const told = event.data as {
            hold?: string
            proposal?: string
            id?: string
            by?: string
            electorate?: ReadonlyArray<{ name: string }>
            vetoers?: ReadonlyArray<{ name: string }>
          }
          if (event.type === "proposal.opened")
            mayVote.set(told.id!, [
              ...told.electorate!.map(({ name }) => name),
              ...(told.vetoers ?? []).map(({ name }) => name),
            ])
          if (event.type === "vote.cast") expect(mayVote.get(told.proposal!)).toContain(told.by)
          if (/^hold\.(released|denied|expired|cancelled)$/.test(event.type)) {
            expect(ends.has(told.hold!)).toBe(false)
            ends.set(told.hold!, event.type)
          }
          if (decision?.verdict === "deny") expect(decision.reason).not.toBe("")
          expect(event.depth ?? 0).toBeLessThanOrEqual(18)
        }
        for (const { decision } of records)
          if (decision?.verdict === "hold")
            expect(ends.has(decision.hold!) !== state.holds.has(decision.hold!)).toBe(true)
        for (const { event } of records)
          if (event.type === "task.created") {
            const { eventSeq } = event.data as { eventSeq: number }
            const cause = records.find((record) => record.event.seq === eventSeq)!
            const released = [...ends].some(([hold, end]) => hold === cause.decision?.hold && end === "hold.released")
            expect(cause.decision?.verdict === "allow" || released || cause.event.type === "cron").toBe(true)
          }
      }),
      { numRuns: 400 },
    )
  })

  it("is not changed by what is refused", () => {
    const turn = new Turn(emptyState(ORG), definitions, START)
    const answer = turn.execute({ kind: "vote", proposal: "p-none", by: PEOPLE[0]!, choice: "approve" })
    expect(isRefusal(answer) && answer.type).toBe("proposal-not-open")
    expect(turn.records).toEqual([])
  })
})

describe("an explanation", () => {
  it("names changes that really lead to another verdict when the event is decided again", () => {
    let flipped = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        live(steps, new Set(), (state, now) => {
          const copy = decodeState(encodeState(state))
          if (now < copy.time || now >= copy.nextTimer) return
          for (const type of ["deploy.requested", "merge.requested"])
            for (const environment of ["production", "staging"]) {
              const draft = {
                id: "q",
                source: "q",
                type,
                actor: ACTORS[3]!,
                subject: "it",
                data: { environment, risk: 7, branch: "main" },
              }
              const { record } = decide(copy, definitions, draft, now)
              for (const flip of verdictFlips(definitions, record)) {
                if (flip.changes.some(({ fact }) => fact !== "data")) continue
                const again = decide(copy, definitions, { ...draft, data: changed(draft.data, flip.changes) }, now)
                expect(again.record.decision!.verdict).toBe(flip.verdict)
                expect(again.record.decision!.verdict).not.toBe(record.decision!.verdict)
                flipped++
              }
              for (const { contract, matched } of explainContracts(definitions, record))
                expect(record.decision!.outcomes.some((outcome) => outcome.contract === contract)).toBe(matched)
            }
        })
      }),
      { numRuns: 40 },
    )
    expect(flipped).toBeGreaterThan(100)
  })
})

const changed = (data: Readonly<Record<string, unknown>>, changes: ReadonlyArray<FactChange>): unknown => {
  const copy: Record<string, unknown> = { ...data }
  for (const { path, to, remove } of changes) {
    const key = (path ?? "").replace(/^\$\./, "")
    if (remove === true) delete copy[key]
    else copy[key] = to
  }
  return copy
}

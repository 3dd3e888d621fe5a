/** What the read models must answer, for every adapter that has them. */
import { Effect, type Layer, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Event } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { type ListFilter, Projections } from "../../src/log/Projections.ts"
import { allowed, record } from "./records.ts"

type Services = EventLog | Projections

export const projections = (name: string, makeLayer: () => Layer.Layer<Services, unknown>): void => {
  const fresh = <A, E>(test: Effect.Effect<A, E, Services | Scope.Scope>): Promise<A> =>
    Effect.runPromise(Effect.scoped(test).pipe(Effect.provide(makeLayer())))

  describe(`${name}: read models`, () => {
    it("a proposal: the last vote of each voter counts, and the end is written down", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          yield* write("proposal.opened", proposal("p1", ["dana", "erin"]))
          yield* write("vote.cast", { proposal: "p1", by: "dana", choice: "deny", reason: "no" })
          yield* write("vote.cast", { proposal: "p1", by: "erin", choice: "approve" })
          yield* write("vote.cast", { proposal: "p1", by: "dana", choice: "approve" })
          yield* write("vote.cast", { proposal: "other", by: "dana", choice: "approve" })
          const at = (seq: number) => record("@a", seq).event.time
          expect(yield* views.proposal("p1")).toEqual({
            ...proposal("p1", ["dana", "erin"]),
            state: "active",
            votes: [
              { proposal: "p1", by: "erin", choice: "approve", at: at(3) },
              { proposal: "p1", by: "dana", choice: "approve", at: at(4) },
            ],
          })
          yield* write("proposal.succeeded", closed("p1"))
          expect(yield* views.proposal("p1")).toMatchObject({ state: "succeeded", resolvedAt: at(6) })
          expect(yield* views.proposal("p2")).toBeUndefined()
        }),
      ))

    it("every end of a proposal and of a hold is a state", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          for (const state of ["succeeded", "defeated", "expired", "cancelled"] as const) {
            yield* write("proposal.opened", proposal(state, ["dana"]))
            yield* write(`proposal.${state}`, closed(state))
            expect(yield* views.proposal(state)).toMatchObject({ state })
          }
          for (const state of ["released", "denied", "expired", "cancelled"] as const) {
            yield* write("hold.opened", hold(state, "e"))
            expect(yield* views.hold(state)).toMatchObject({ state: "held" })
            yield* write(`hold.${state}`, ended(state))
            expect(yield* views.hold(state)).toMatchObject({ state, reason: "why" })
          }
        }),
      ))

    it("a task: from queued to its end", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          const state = Effect.map(views.task("t1"), (view) => view?.state)
          yield* write("task.created", task("t1", "reviewer", "e1"))
          expect(yield* views.task("t1")).toMatchObject({
            ...task("t1", "reviewer", "e1"),
            state: "queued",
            attempt: 0,
          })
          yield* write("task.started", { task: "t1", run: "r1", attempt: 1, worker: "w", lease: "x" })
          expect(yield* views.task("t1")).toMatchObject({ state: "running", attempt: 1, run: "r1" })
          yield* write("task.failed", {
            task: "t1",
            run: "r1",
            attempt: 1,
            error: "exit 1",
            retry: "later",
            dead: false,
          })
          expect(yield* views.task("t1")).toMatchObject({ state: "queued", attempt: 1, error: "exit 1" })
          yield* write("task.started", { task: "t1", run: "r2", attempt: 2, worker: "w", lease: "x" })
          yield* write("task.completed", { task: "t1", run: "r2", result: { ok: [1, null] } })
          const done = yield* views.task("t1")
          expect(done).toMatchObject({ state: "completed", attempt: 2, run: "r2", result: { ok: [1, null] } })
          expect(done).not.toHaveProperty("error")
          yield* write("task.created", task("t2", "reviewer", "e1"))
          yield* write("task.failed", { task: "t2", attempt: 3, error: "exit 1", dead: true })
          expect(yield* views.task("t2")).toMatchObject({ state: "dead", attempt: 3 })
          yield* write("task.created", task("t3", "coder", "e2"))
          yield* write("task.cancelled", { task: "t3", reason: "not needed" })
          expect(yield* views.task("t3")).toMatchObject({ state: "cancelled", error: "not needed" })
          expect(yield* state).toBe("completed")
        }),
      ))

    it("a task waits while its run is held, and goes on when that is released", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          const state = Effect.map(views.task("t1"), (view) => view?.state)
          const request = { run: "r", task: "t1", member: "coder", cause: "e1", executor: "command", attempt: 1 }
          yield* write("task.created", task("t1", "coder", "e1"))
          yield* write("run.requested", request, allowed)
          expect(yield* state).toBe("queued")
          yield* write("run.requested", request, { ...allowed, verdict: "hold", hold: "h1" })
          yield* write("hold.opened", hold("h1", "e-3"))
          expect(yield* state).toBe("waiting")
          yield* write("hold.released", ended("other"))
          expect(yield* state).toBe("waiting")
          yield* write("hold.released", ended("h1"))
          expect(yield* state).toBe("queued")
        }),
      ))

    it("tokens are found by the hash of their secret, also when they are revoked", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@global")
          const views = yield* Projections
          yield* write("token.created", { id: "k1", identity: "@dana", kind: "human", hash: "abc", expires: "2030" })
          yield* write("token.created", { id: "k2", identity: "reviewer@a", kind: "agent", hash: "def" })
          const view = {
            id: "k1",
            identity: "@dana",
            kind: "human",
            expires: "2030",
            created: record("@global", 1).event.time,
          }
          expect(views.tokenByHash("abc")).toEqual(view)
          expect(views.tokenByHash("k1")).toBeUndefined()
          yield* write("token.revoked", { id: "k1", by: "operator" })
          expect(views.tokenByHash("abc")).toEqual({ ...view, revoked: record("@global", 3).event.time })
          expect((yield* views.tokens({ limit: 10, member: "dana" })).items.map(({ id }) => id)).toEqual(["k1"])
          expect((yield* views.tokens({ limit: 10, state: "active" })).items.map(({ id }) => id)).toEqual(["k2"])
        }),
      ))

    it("lists filter by everything at once, and pages meet without gap or overlap", () =>
      fresh(
        Effect.gen(function* () {
          const views = yield* Projections
          const writers = { "@a": yield* writer("@a"), "@b": yield* writer("@b") }
          const made: Array<{ id: string; org: string; member: string; event: string; state: string }> = []
          for (let index = 0; index < 40; index++) {
            const org = index % 3 === 0 ? "@b" : "@a"
            const one = { id: `t${index}`, org, member: index % 2 === 0 ? "coder" : "reviewer", event: `e${index % 4}` }
            yield* writers[org]("task.created", { ...task(one.id, one.member, one.event), org })
            const done = index % 5 === 0
            if (done) yield* writers[org]("task.completed", { task: one.id, run: "r", result: index })
            made.push({ ...one, state: done ? "completed" : "queued" })
          }
          const filters: ReadonlyArray<Omit<ListFilter, "limit">> = [
            {},
            { org: "@a" },
            { state: "queued" },
            { member: "@coder" },
            { event: "e1" },
            { org: "@b", state: "completed", member: "coder" },
            { org: "@a", event: "e3", member: "reviewer", state: "queued" },
            { state: "no such state" },
            { org: "@none" },
          ]
          for (const filter of filters)
            for (const order of ["newest", "oldest"] as const)
              for (const limit of [1, 3, 100]) {
                const expected = made.filter(
                  (one) =>
                    (filter.org === undefined || one.org === filter.org) &&
                    (filter.state === undefined || one.state === filter.state) &&
                    (filter.member === undefined || one.member === filter.member.replace("@", "")) &&
                    (filter.event === undefined || one.event === filter.event),
                )
                const found: Array<string> = []
                let after: string | undefined
                do {
                  const page = yield* views.tasks({
                    ...filter,
                    order,
                    limit,
                    ...(after === undefined ? {} : { after }),
                  })
                  expect(page.items.length).toBeLessThanOrEqual(limit)
                  found.push(...page.items.map(({ id }) => id))
                  after = page.next
                } while (after !== undefined)
                const ids = expected.map(({ id }) => id)
                expect(found).toEqual(order === "oldest" ? ids : ids.toReversed())
              }
        }),
      ))

    it("an elector's inbox: the active proposals that he may vote on", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          yield* write("proposal.opened", proposal("p1", ["dana", "erin"]))
          yield* write("proposal.opened", proposal("p2", ["erin"]))
          yield* write("proposal.opened", proposal("p3", ["dana"]))
          yield* write("proposal.expired", closed("p3"))
          const inbox = yield* views.proposals({ member: "dana", state: "active", limit: 10 })
          expect(inbox.items.map(({ id }) => id)).toEqual(["p1"])
        }),
      ))

    it("messages are listed by channel, and the newest first", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const other = yield* writer("@b")
          const views = yield* Projections
          yield* write("message.posted", { channel: "general", text: "one" })
          yield* write("message.posted", { channel: "deploys", text: "two" })
          // Ids of messages are the daemon's own and differ everywhere; those of these records do where the numbers do.
          for (let index = 0; index < 5; index++) yield* other("daemon.stopped", { reason: "" })
          yield* other("message.posted", { channel: "general", text: "three" })
          yield* write("message.posted", { channel: "general", text: "four @erin", mentions: ["erin"] })
          yield* write("message.posted", { to: "erin", text: "five" })
          const texts = (filter: Omit<ListFilter, "limit">) =>
            Effect.map(views.messages({ ...filter, limit: 10 }), ({ items }) => items.map(({ text }) => text))
          expect(yield* texts({ org: "@a", channel: "general" })).toEqual(["four @erin", "one"])
          expect(yield* texts({ org: "@a", channel: "general", order: "oldest" })).toEqual(["one", "four @erin"])
          expect(yield* texts({ org: "@b" })).toEqual(["three"])
          expect(yield* texts({ channel: "general" })).toEqual([])
          expect(yield* texts({ member: "@erin" })).toEqual(["five", "four @erin"])
          const { id, time, actor } = record("@a", 1).event
          const view = {
            id,
            org: "@a",
            from: actor.name,
            fromkind: actor.kind,
            at: time,
            channel: "general",
            text: "one",
          }
          expect(yield* views.message(id)).toEqual(view)
        }),
      ))

    it("an inbox: what was sent to a member and where he is mentioned, until he has acknowledged it", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const views = yield* Projections
          const item = (seq: number) => record("@a", seq).event
          const mention = {
            message: "m",
            member: "dana",
            from: "erin",
            fromkind: "human" as const,
            channel: "general",
            text: "@dana",
          }
          yield* write("message.posted", { to: "dana", text: "hello" })
          yield* write("message.posted", { channel: "general", text: "@dana", mentions: ["dana"] })
          yield* write("mention", mention)
          yield* write("mention", { ...mention, member: "erin" })
          const states = Effect.map(views.inbox({ member: "dana", limit: 10 }), ({ items }) =>
            items.map(({ kind, state }) => `${kind} ${state}`),
          )
          expect(yield* states).toEqual(["mention new", "message new"])
          yield* write("inbox.seen", { member: "dana", items: [item(1).id, item(3).id, item(4).id, "none"] })
          expect(yield* states).toEqual(["mention seen", "message seen"])
          expect(yield* views.inboxItem(item(4).id)).toMatchObject({ member: "erin", state: "new" })
          yield* write("inbox.acknowledged", { member: "dana", items: [item(3).id] })
          yield* write("inbox.seen", { member: "dana", items: [item(3).id] })
          yield* write("inbox.acknowledged", { member: "dana", items: [item(3).id] })
          expect(yield* states).toEqual(["mention acknowledged", "message seen"])
          const { id, time } = item(3)
          const given = { id, org: "@a", at: time, kind: "mention", ...mention }
          const marks = { state: "acknowledged", seenAt: item(5).time, acknowledgedAt: item(6).time }
          expect(yield* views.inboxItem(id)).toEqual({ ...given, ...marks })
          const left = yield* views.inbox({ member: "dana", state: "seen", limit: 10 })
          expect(left.items.map((one) => one.id)).toEqual([item(1).id])
        }),
      ))

    it("a document: its versions, and the texts that an organization refers to", () =>
      fresh(
        Effect.gen(function* () {
          const write = yield* writer("@a")
          const other = yield* writer("@b")
          const views = yield* Projections
          const version = (number: number) => ({
            name: "plan",
            version: number,
            hash: `h${number}`,
            bytes: 3,
            by: "dana",
          })
          yield* write("document.written", version(1))
          yield* write("document.written", { ...version(1), name: "notes" })
          yield* other("document.written", version(1))
          yield* write("document.written", version(2))
          yield* write("resource.stored", { hash: "r", bytes: 9 })
          const at = (seq: number) => record("@a", seq).event.time
          const current = { org: "@a", ...version(2), at: at(3), state: "current" }
          expect(yield* views.document("@a", "plan")).toEqual(current)
          expect(yield* views.document("@a", "plan", 2)).toEqual(current)
          const first = { org: "@a", ...version(1), at: at(1), state: "superseded" }
          expect(yield* views.document("@a", "plan", 1)).toEqual(first)
          expect(yield* views.document("@a", "plan", 3)).toBeUndefined()
          expect(yield* views.document("@b", "plan")).toMatchObject({ org: "@b", version: 1, state: "current" })
          const list = yield* views.documents({ org: "@a", state: "current", limit: 10 })
          expect(list.items.map((one) => `${one.name} ${one.version}`)).toEqual(["plan 2", "notes 1"])
          expect(yield* views.resource("@a", "h2")).toEqual({ org: "@a", hash: "h2", bytes: 3 })
          expect(yield* views.resource("@a", "r")).toEqual({ org: "@a", hash: "r", bytes: 9 })
          expect(yield* views.resource("@b", "h2")).toBeUndefined()
        }),
      ))

    it("a rebuild answers the same, and is made of the log alone", () =>
      fresh(
        Effect.gen(function* () {
          const views = yield* Projections
          yield* everything
          const before = yield* views.digest
          const seen: Array<number> = []
          const { records } = yield* views.rebuild((done) => seen.push(done))
          expect(records).toBe(EVERYTHING_RECORDS)
          expect(seen.toSorted((a, b) => a - b)).toEqual(seen)
          expect(yield* views.digest).toBe(before)
          yield* (yield* writer("@late"))("task.created", task("late", "coder", "e"))
          expect(yield* views.digest).not.toBe(before)
          expect((yield* views.task("late"))?.state).toBe("queued")
        }),
      ))
  })
}

export const EVERYTHING_RECORDS = 13

/** A little of every read model. */
export const everything = Effect.gen(function* () {
  const write = yield* writer("@a")
  yield* write("proposal.opened", proposal("p1", ["dana", "erin"]))
  yield* write("vote.cast", { proposal: "p1", by: "dana", choice: "approve" })
  yield* write("hold.opened", hold("h1", "e1"))
  yield* write("task.created", task("t1", "coder", "e1"))
  yield* write(
    "run.requested",
    { run: "r", task: "t1", member: "coder", cause: "e1", executor: "command", attempt: 1 },
    {
      ...allowed,
      verdict: "hold",
      hold: "h1",
    },
  )
  yield* write("task.created", task("t2", "reviewer", "e1"))
  yield* write("task.completed", { task: "t2", run: "r", result: "é💥" })
  yield* write("token.created", { id: "k1", identity: "@dana", kind: "human", hash: "abc" })
  yield* write("message.posted", { to: "dana", text: "hello" })
  yield* write("mention", { message: "m", member: "dana", from: "erin", fromkind: "human" as const, text: "@dana" })
  yield* write("inbox.acknowledged", { member: "dana", items: [record("@a", 9).event.id] })
  yield* write("document.written", { name: "plan", version: 1, hash: "h", bytes: 1, by: "dana" })
  yield* write("document.written", { name: "plan", version: 2, hash: "i", bytes: 1, by: "dana" })
})

/** Appends one record after the other to an organization. */
const writer = Effect.fnUntraced(function* (org: string) {
  const log = yield* EventLog
  const { position: start, epoch } = yield* log.open(org)
  let position = start
  return <Type extends keyof BuiltinData>(type: Type, data: BuiltinData[Type], decision?: LogRecord["decision"]) => {
    const event: Partial<Event> = { type, data }
    return Effect.map(
      log.append(org, position, epoch, [record(org, position + 1, event, decision)]),
      (appended) => void (position = appended.position),
    )
  }
})

const proposal = (id: string, electorate: ReadonlyArray<string>): BuiltinData["proposal.opened"] => ({
  id,
  org: "@a",
  hold: "h1",
  contract: "@a/rule",
  version: "v1",
  revision: "r1",
  effect: 0,
  kind: "votes",
  question: "May coder deploy?",
  electorate: electorate.map((name) => ({ name, kind: "human", weight: 1 })),
  resolution: { kind: "approvals", approvals: 2 },
  otherwise: "deny",
  opened: "2026-11-02T09:00:00.000Z",
  deadline: "2026-11-03T09:00:00.000Z",
  digest: "d",
  requester: "coder",
})

const hold = (id: string, event: string): BuiltinData["hold.opened"] => ({
  id,
  org: "@a",
  event,
  source: "/test",
  seq: 1,
  type: "deploy.requested",
  proposals: ["p1"],
  requester: { name: "coder", kind: "agent", roles: [] },
  opened: "2026-11-02T09:00:00.000Z",
})

const closed = (id: string): BuiltinData["proposal.succeeded"] => ({
  proposal: id,
  hold: "h1",
  contract: "@a/rule",
  reason: "2 of 2",
})

const ended = (id: string): BuiltinData["hold.released"] => ({
  hold: id,
  event: "e",
  source: "/test",
  seq: 1,
  reason: "why",
  decision: allowed,
})

const task = (id: string, member: string, event: string): BuiltinData["task.created"] => ({
  id,
  org: "@a",
  event,
  eventSeq: 1,
  member,
  contract: "@a/rule",
  effect: 0,
  place: 0,
  as: "sequence",
  correlationid: "c",
  hops: 0,
  created: "2026-11-02T09:00:00.000Z",
})

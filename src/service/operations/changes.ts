/** Changes of the rules: asked for, looked at, and what of it waits for the operator. */
import { randomBytes } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import { type ChangeRequested, CHANGE_RULES, isChangeRequest } from "../../domain/change.ts"
import type { Diagnostic } from "../../domain/diagnostic.ts"
import { hasErrors } from "../../domain/diagnostic.ts"
import { type Actor, type Event, type Incoming, requesterOf } from "../../domain/event.ts"
import { GLOBAL } from "../../domain/names.ts"
import { isRefusal } from "../../domain/refusal.ts"
import { askedChange } from "../../kernel/changes.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import { decidingOrganizations } from "../../supervision/deciding.ts"
import type { Preview } from "../../workspace/preview.ts"
import { actorOf, fail, nameIn, visibleOrganizations } from "../access.ts"
import type { ChangeState, ChangeView, Proposed, Texts } from "../views/changes.ts"
import { brokenTests } from "../brokenTests.ts"
import type { Identity } from "../identity.ts"
import { checkSize } from "../publishing.ts"
import { Refused } from "../refused.ts"
import { stuckInWords } from "../standing.ts"
import type { Service } from "../Service.ts"
import type { PublishAnswer } from "../views/events.ts"
import { answerOf, presentState } from "./answers.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { runTask } from "./runTask.ts"

type Operations = Pick<typeof Service.Service, "propose" | "change" | "changes" | "cancelChange">

interface ChangeOperations extends Operations {
  /** The same as `propose`, of an edit on disk: where it is taken back before it is written, nothing is. */
  readonly proposeEdit: (identity: Identity, edit: string, files: Texts) => ReturnType<Operations["propose"]>
}

/** A change that everybody has let through is in force so soon, or its answer says that it is not yet. */
export const DONE_WITHIN_MS = 15_000

/** Somebody who may not see a rule may not ask for another one either: the difference would show it. */
const checkTouched = (dependencies: Dependencies, identity: Identity, { touched, previous }: Preview) => {
  const definitions = definitionsOf(dependencies)
  const visible = visibleOrganizations(definitions, identity)
  if (visible === undefined) return Effect.void
  const seen = new Set([...visible].flatMap((org) => definitions.view(org).chain))
  const hidden = [...touched].find(
    (org) => !seen.has(org) && (org === GLOBAL || previous.organizations.some(({ id }) => id === org)),
  )
  return hidden === undefined && seen.size > 0
    ? Effect.void
    : fail("forbidden", "not-a-member", `${identity.name} is not a member of ${hidden ?? "any organization"}`)
}

export const changeOperations = (dependencies: Dependencies): ChangeOperations => {
  const { workspace, mailboxes, log } = dependencies

  const preview = Effect.fnUntraced(function* (identity: Identity, { files, base = {} }: Proposed) {
    const found = yield* Effect.mapError(workspace.preview(files), (refusal) => new Refused({ refusal }))
    yield* checkTouched(dependencies, identity, found)
    const moved = found.files.find((one) => base[one.file] !== undefined && base[one.file] !== one.base)
    if (moved !== undefined)
      return yield* fail("conflict", "file-changed", `${moved.file} has changed since; read it again`, {
        file: moved.file,
        base: moved.base,
      })
    if (hasErrors(found.diagnostics))
      return yield* fail("invalid", "files-invalid", `the rules would be wrong: ${first(found.diagnostics)}`, {
        diagnostics: found.diagnostics,
      })
    const broken = brokenTests(found)
    if (broken.length > 0)
      return yield* fail(
        "invalid",
        "contract-tests-fail",
        `${broken.length} contract tests would fail that pass now, such as ${broken[0]!.file}:${broken[0]!.line} ${broken[0]!.name}; change them with it if they no longer say what is wanted`,
        { tests: broken },
      )
    return found
  })

  /** As the log has it, with what the organizations have made of it since. */
  const view = Effect.fnUntraced(function* (event: Event) {
    const asked = event.data as ChangeRequested
    const { change, deciding, files, summary, meaning, contracts, organizations, members, aspects } = asked
    const records = (yield* log.findById(event.id)).filter(({ event: { type } }) => type === CHANGE_RULES)
    const requests: Array<PublishAnswer> = []
    for (const record of records)
      requests.push(yield* presentAnswer(dependencies, answerOf(record.event, record.decision)))
    const before = yield* Effect.forEach(files, ({ base }) =>
      base === null ? Effect.succeed(undefined) : log.source(base),
    )
    return {
      change,
      deciding,
      summary,
      meaning,
      contracts,
      organizations,
      members,
      aspects,
      requests,
      files: files.map(({ file, text }, index) => ({ file, text, before: before[index] ?? null })),
      diagnostics: [],
      ...(yield* outcomeOf(dependencies, change, requests, 0)),
    } satisfies ChangeView
  })

  /** The change that goes by this name already. */
  const known = Effect.fnUntraced(function* (identity: Identity, { id, files }: Proposed) {
    if (id === undefined) return undefined
    if (!ID.test(id))
      return yield* fail("invalid", "id-malformed", "a change's id is letters, digits, _ and -, 1 to 128 of them")
    const record = (yield* log.findById(id)).find(({ event }) => isChangeRequest(event.type))
    if (record === undefined) return undefined
    const { event } = record
    const texts = event.type === CHANGE_RULES ? textsOf((event.data as ChangeRequested).files) : undefined
    return event.source === identity.source && isDeepStrictEqual(texts, files)
      ? event
      : yield* fail("conflict", "event-differs", `the id "${id}" names another change`)
  })

  const ask = Effect.fnUntraced(function* (identity: Identity, proposed: Proposed, edit?: string) {
    const before = yield* known(identity, proposed)
    if (before !== undefined) return { ...(yield* view(before)), duplicate: true as const }
    const found = yield* preview(identity, proposed)
    const deciding = decidingOrganizations(found)
    const shown = {
      ...found.meaning,
      deciding,
      files: found.files.map(({ file, text }) => ({ file, text, before: found.texts.get(file) ?? null })),
      diagnostics: found.diagnostics,
    }
    if (proposed.dryRun === true) return { ...shown, state: "preview" as const, requests: [] }
    const change = proposed.id ?? newChangeId()
    const data: ChangeRequested = {
      change,
      deciding,
      files: found.files,
      ...found.meaning,
      ...(edit === undefined ? undefined : { edit }),
    }
    const size = checkSize(Buffer.byteLength(JSON.stringify(data)))
    if (size !== undefined) return yield* Effect.fail(new Refused({ refusal: size }))
    // What was replaced is to be shown with it for ever; contract tests are in no revision's archive.
    yield* log.archive(
      found.files.flatMap(({ file, base }) => (base === null ? [] : [{ hash: base, text: found.texts.get(file)! }])),
    )
    const subject = found.files.length === 1 ? found.files[0]!.file : undefined
    const requests = yield* askFor(dependencies, identity, CHANGE_RULES, data, subject)
    return { ...shown, change, requests, ...(yield* outcomeOf(dependencies, change, requests)) }
  })

  const isVisible = (identity: Identity, deciding: ReadonlyArray<string>): boolean => {
    const visible = visibleOrganizations(definitionsOf(dependencies), identity)
    return visible === undefined || deciding.some((org) => visible.has(org))
  }

  const unknown = (identity: Identity, id: string) =>
    fail("not-found", "change-unknown", `there is no change "${id}" that ${identity.name} may see`)

  return {
    propose: (identity, proposed) => ask(identity, proposed),
    proposeEdit: (identity, edit, files) => ask(identity, { files }, edit),
    change: Effect.fnUntraced(function* (identity, id) {
      const record = (yield* log.findById(id)).find(({ event: { type } }) => type === CHANGE_RULES)
      const asked = record?.event.data as ChangeRequested | undefined
      if (record === undefined || asked?.change !== id || !isVisible(identity, asked.deciding))
        return yield* unknown(identity, id)
      return yield* view(record.event)
    }),
    cancelChange: Effect.fnUntraced(function* (identity, id, reason) {
      const records = (yield* log.findById(id)).filter(({ event }) => askedChange(event)?.change === id)
      const event = records.find((record) => record.event.org === askedChange(record.event)!.deciding[0])?.event
      if (event === undefined || !isVisible(identity, askedChange(event)!.deciding)) return yield* unknown(identity, id)
      const { org } = event
      const by: Actor = {
        ...actorOf(definitionsOf(dependencies), identity, identity.org ?? org),
        name: nameIn(definitionsOf(dependencies), identity, org),
      }
      const asker = requesterOf(event.actor)
      if (by.kind !== "operator" && (by.name !== asker.name || by.kind !== asker.kind))
        return yield* fail(
          "forbidden",
          "not-the-requester",
          `only ${asker.name}, who asked, or an operator may cancel ${id}`,
        )
      const refused = yield* dependencies.changes.cancel(org, id, by, reason)
      if (isRefusal(refused)) return yield* Effect.fail(new Refused({ refusal: refused }))
      yield* dependencies.changes.ending(id, DONE_WITHIN_MS)
      const requests: Array<PublishAnswer> = []
      for (const record of records)
        requests.push(yield* presentAnswer(dependencies, answerOf(record.event, record.decision)))
      return { change: id, ...(yield* outcomeOf(dependencies, id, requests, 0)) }
    }),
    changes: Effect.fnUntraced(function* (identity) {
      const found: Array<ChangeView> = []
      for (const { org, changes: open } of mailboxes.states())
        for (const { seq } of open.values()) {
          const record = yield* log.get(org, seq)
          if (record?.event.type !== CHANGE_RULES) continue
          const { deciding } = record.event.data as ChangeRequested
          if (deciding[0] === org && isVisible(identity, deciding)) found.push(yield* view(record.event))
        }
      return found
    }),
  }
}

/** Asks every organization that decides, in the identity's name. */
export const askFor = Effect.fnUntraced(function* (
  dependencies: Dependencies,
  identity: Identity,
  type: string,
  data: { readonly change: string; readonly deciding: ReadonlyArray<string> },
  subject: string | undefined,
) {
  const home = identity.org ?? GLOBAL
  const task = identity.kind === "run" ? runTask(dependencies, identity)?.task : undefined
  const event: Incoming = {
    id: data.change,
    source: identity.source,
    type,
    org: home,
    actor: actorOf(definitionsOf(dependencies), identity, home),
    data,
    ...(subject === undefined ? undefined : { subject }),
    ...(task === undefined
      ? undefined
      : { correlationid: task.correlationid, causationid: task.event, hops: task.hops }),
    ...(identity.run === undefined ? undefined : { run: identity.run }),
  }
  const asked = yield* dependencies.changes.ask(event, data.deciding)
  return isRefusal(asked)
    ? yield* Effect.fail(new Refused({ refusal: asked }))
    : asked.map((one) => answerOf(one.event, one.decision))
})

/** Waits for the end of what nobody holds and nobody has refused. */
export const outcomeOf = Effect.fnUntraced(function* (
  { changes }: Dependencies,
  change: string,
  requests: ReadonlyArray<PublishAnswer>,
  waitMs = DONE_WITHIN_MS,
): Effect.fn.Return<
  { readonly state: ChangeState; readonly reason?: string; readonly revision?: string },
  LogUnavailable
> {
  const refused = requests.find(({ verdict }) => verdict === "deny" || verdict === "expired")
  if (refused !== undefined) return { state: "denied", reason: `${refused.org}: ${refused.reason ?? ""}` }
  const waits = requests.some(({ verdict }) => verdict === "hold")
  const ending = yield* changes.ending(change, waits ? 0 : waitMs)
  if (ending?.type === "contract.changed") return { state: "changed", revision: ending.data.revision }
  if (ending !== undefined) return { state: "failed", reason: ending.data.reason }
  const stuck = changes.stuck().find((one) => one.change === change)
  return {
    state: waits ? "waiting" : "allowed",
    ...(stuck === undefined ? undefined : { reason: stuckInWords(stuck) }),
  }
})

/** With what its hold has come to by now. */
export const presentAnswer = ({ projections }: Dependencies, answer: PublishAnswer) =>
  answer.hold === undefined
    ? Effect.succeed(answer)
    : Effect.map(projections.hold(answer.hold), (hold) =>
        hold === undefined ? answer : { ...answer, ...presentState(hold.state, hold.reason) },
      )

/** Names of changes that may be chosen: they name files, too. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

export const textsOf = (files: ReadonlyArray<{ readonly file: string; readonly text: string | null }>): Texts =>
  Object.fromEntries(files.map(({ file, text }) => [file, text]))

export const newChangeId = (): string => `change-${randomBytes(6).toString("hex")}`

const first = (diagnostics: ReadonlyArray<Diagnostic>): string => {
  const { file, line, message } = diagnostics.find(({ severity }) => severity === "error")!
  return `${file}:${line} ${message}`
}

/** What follows from a verdict: tasks of routes, emitted events, messages. */
import type { Emit, Notify, Route } from "../domain/contract.ts"
import type { Decision, Verdict } from "../domain/decision.ts"
import { type Actor, type Event, requesterOf } from "../domain/event.ts"
import { isRequest } from "../domain/eventTypes.ts"
import type { Task } from "../domain/task.ts"
import { timeText } from "../domain/timeText.ts"
import type { Considered } from "./considered.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow, linkTo, placeName, traceOf } from "./draft.ts"
import { interpolate, interpolateDeep } from "./interpolate.ts"
import { type LinkedContract, uponOf } from "./linkedContract.ts"
import { worksByHand } from "./members.ts"
import { channelOf } from "./openProposals.ts"
import { select } from "./selectors.ts"

/** Tasks of every route, in order of priority: one for each receiver, of a sequence only the first so far. */
export const tasksOf = (
  considered: ReadonlyArray<Considered>,
  definitions: Definitions,
  event: Event,
  now: number,
): { readonly ids: ReadonlyArray<string>; readonly drafts: ReadonlyArray<Draft> } => {
  if (!considered.some(hasRoutes)) return NO_TASKS
  const ids: Array<string> = []
  const drafts: Array<Draft> = []
  for (const { linked } of considered)
    for (const { place, effect } of linked.routes) {
      const receivers = select(effect.to, definitions, event, linked.contract.scope).map((one) => one.name)
      if (receivers.length === 0) {
        drafts.push(nobodyToRouteTo(linked, definitions, event))
        continue
      }
      const begun = effect.as === "sequence" ? receivers.slice(0, 1) : receivers
      begun.forEach((member, index) => {
        const base = `t-${placeName(event.org, event.seq)}`
        const id = ids.length === 0 ? base : `${base}.${ids.length + 1}`
        ids.push(id)
        const task = makeTask(id, definitions, event, linked, place, index, effect, member, now)
        const rest = effect.as === "sequence" ? receivers.slice(1) : []
        drafts.push(taskDraft(event, rest.length === 0 ? task : { ...task, rest }))
      })
    }
  return { ids, drafts }
}

const hasRoutes = ({ linked }: Considered): boolean => linked.routes.length > 0
const NO_TASKS = { ids: [], drafts: [] }

/** The next task of a sequence, after the one before has completed. */
export const nextOfSequence = (done: Task, definitions: Definitions, completed: Event): Draft | undefined => {
  const { rest, ...base } = withoutHands(done)
  const [member, ...others] = rest ?? []
  if (done.as !== "sequence" || member === undefined) return undefined
  const waited = Date.parse(completed.time) - Date.parse(done.created)
  const next: Task = {
    ...base,
    // Each task has the time that the contract gives, from its own beginning.
    ...(base.escalations === undefined
      ? undefined
      : { escalations: base.escalations.map((level) => ({ ...level, at: later(level.at, waited) })) }),
    id: `${sequenceName(done)}.s${done.place + 2}`,
    place: done.place + 1,
    member,
    previous: done.id,
    created: completed.time,
    ...byHand(definitions, done.org, member),
    ...(others.length === 0 ? undefined : { rest: others }),
  }
  return { ...taskDraft(completed, next), hops: done.hops }
}

/** Out of the order of time, for which `timeText` is made. */
const later = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString()

/** Emitted events and messages of every contract that speaks upon this verdict. */
export const followUps = (
  considered: ReadonlyArray<Considered>,
  verdict: Verdict,
  definitions: Definitions,
  event: Event,
): ReadonlyArray<Draft> => {
  const drafts: Array<Draft> = []
  for (const { linked, outcome } of considered) {
    if (linked.shadow) continue
    for (const { effect } of linked.follows)
      if (uponOf(effect, outcome.verdict).includes(verdict))
        drafts.push(
          ...(effect.effect === "emit"
            ? [emitted(effect, linked, event)]
            : messages(effect, linked, definitions, event)),
        )
  }
  return drafts
}

/** Whoever asked is told; of what has happened already there is nobody to tell. */
export const refused = (event: Event, { reason = "", contracts }: Decision): ReadonlyArray<Draft> =>
  isRequest(event.type)
    ? [follow(event, "request.denied", { event: event.id, type: event.type, reason, contracts })]
    : []

/** Types of the events that contracts emit upon this verdict, for the answer. */
export const announced = (considered: ReadonlyArray<Considered>, verdict: Verdict): ReadonlyArray<string> => {
  const emits: Array<string> = []
  for (const { linked, outcome } of considered)
    if (!linked.shadow)
      for (const { effect } of linked.follows)
        if (effect.effect === "emit" && uponOf(effect, outcome.verdict).includes(verdict)) emits.push(effect.type)
  return emits
}

const contractActor = (linked: LinkedContract, event: Event): Actor => ({
  name: linked.contract.fullName,
  kind: "system",
  roles: [],
  onbehalf: requesterOf(event.actor),
})

const emitted = (effect: Emit, linked: LinkedContract, event: Event): Draft => ({
  ...linkTo(event),
  type: effect.type,
  actor: contractActor(linked, event),
  ...(event.subject === undefined ? undefined : { subject: event.subject }),
  ...(event.run === undefined ? undefined : { run: event.run }),
  ...(effect.data === undefined ? undefined : { data: interpolateDeep(effect.data, event) }),
})

const messages = (
  effect: Notify,
  linked: LinkedContract,
  definitions: Definitions,
  event: Event,
): ReadonlyArray<Draft> => {
  const text = interpolate(effect.message, event)
  const actor = contractActor(linked, event)
  const channels = effect.to.flatMap((selector) =>
    selector.kind === "channel" ? [{ channel: selector.name, text }] : [],
  )
  const people = select(effect.to, definitions, event, linked.contract.scope).map((one) => ({ to: one.name, text }))
  return [...channels, ...people].map((data) => follow(event, "message.posted", data, actor))
}

/** A route that reaches nobody is said where the organization reads it. */
const nobodyToRouteTo = (linked: LinkedContract, definitions: Definitions, event: Event): Draft =>
  follow(
    event,
    "message.posted",
    {
      channel: channelOf(definitions, event.org),
      text: `${linked.contract.fullName} routes "${event.type}" (${event.id}) to nobody: no member fits. Nothing was started.`,
    },
    contractActor(linked, event),
  )

const makeTask = (
  id: string,
  definitions: Definitions,
  event: Event,
  linked: LinkedContract,
  place: number,
  index: number,
  effect: Route,
  member: string,
  now: number,
): Task => {
  const escalations = linked.escalations.map(({ to, after = 0, message }) => ({
    at: timeText(now + after),
    to: select(to, definitions, event, linked.contract.scope).map(({ name }) => name),
    ...(message === undefined ? undefined : { message: interpolate(message, event) }),
  }))
  return {
    id,
    org: event.org,
    event: event.id,
    eventSeq: event.seq,
    member,
    contract: linked.contract.fullName,
    effect: place,
    place: index,
    as: effect.as,
    ...(effect.as === "compete" ? { candidate: index + 1 } : undefined),
    ...byHand(definitions, event.org, member),
    ...(effect.goal === undefined ? undefined : { goal: interpolate(effect.goal, event) }),
    ...(effect.with === undefined
      ? undefined
      : { with: interpolateDeep(effect.with, event) as Record<string, unknown> }),
    ...(escalations.length === 0 ? undefined : { escalations }),
    correlationid: event.correlationid,
    ...traceOf(event),
    hops: (event.hops ?? 0) + 1,
    created: timeText(now),
  }
}

/** Further people get a task that was not done in time. They stop nobody, but for a race, in which they take part. */
export const escalateTask = (
  task: Task,
  level: number,
  definitions: Definitions,
  cause: Event,
  now: number,
): ReadonlyArray<Draft> => {
  const { to, message } = task.escalations![level]!
  const base = lastingPart(task)
  const text = `${message ?? `Task ${task.id} of ${task.member} is not done yet`}${task.goal === undefined ? "" : `: ${task.goal}`}`
  return to.flatMap((member, index) => {
    const id = `${task.id}.e${level + 1}${index === 0 ? "" : `.${index + 1}`}`
    const isByHand = worksByHand(definitions, task.org, member)
    return [
      taskDraft(cause, {
        ...base,
        id,
        member,
        as: task.as === "first" ? "first" : "parallel",
        escalates: task.id,
        created: timeText(now),
        ...(isByHand ? { human: true } : undefined),
      }),
      follow(cause, "message.posted", { to: member, text, ...(isByHand ? { task: id } : undefined) }),
    ]
  })
}

export const taskDraft = (cause: Event, task: Task): Draft => ({
  ...follow(cause, "task.created", task, {
    name: task.contract,
    kind: "system",
    roles: [],
    onbehalf: requesterOf(cause.actor),
  }),
  hops: task.hops,
})

/** Without what belongs to its own place: who comes after it, and who is called when it is late. */
const lastingPart = (task: Task): Task => {
  const copy: { -readonly [K in keyof Task]: Task[K] } = withoutHands(task)
  delete copy.rest
  delete copy.escalations
  return copy
}

/** Whether it is done by hand depends on who gets it. */
const withoutHands = (task: Task): Task => {
  const copy: { -readonly [K in keyof Task]: Task[K] } = { ...task }
  delete copy.human
  return copy
}

const byHand = (definitions: Definitions, org: string, member: string): Pick<Task, "human"> | undefined =>
  worksByHand(definitions, org, member) ? { human: true } : undefined

/** Tasks of one sequence share the name of its first one. */
const sequenceName = (task: Task): string => (task.place === 0 ? task.id : task.id.slice(0, task.id.lastIndexOf(".s")))

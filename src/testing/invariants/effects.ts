/** 2. Nothing that was denied, held or expired had an effect; nothing that was allowed lacks it. */
import type { BuiltinData } from "../../domain/builtins.ts"
import type { Decision } from "../../domain/decision.ts"
import type { Event } from "../../domain/event.ts"
import { table } from "../../domain/table.ts"
import { SCHEDULE } from "../../domain/task.ts"
import type { Say } from "./evidence.ts"
import { type LogIndex, place, releaseOf, type TaskLife } from "./logIndex.ts"

export const checkEffects = (
  { event, decision }: { event: Event; decision: Decision },
  log: LogIndex,
  say: Say,
): void => {
  const promised = decision.verdict === "allow" ? decision.tasks : releaseOf(log.holds.get(decision.hold ?? ""))?.tasks
  const made = log.tasksOf.get(place(event.org, event.seq)) ?? []
  for (const task of promised ?? [])
    if (!made.includes(task)) say(2, `${event.id}: ${task} was promised and never made`)
  for (const task of made) {
    const { previous, escalates } = log.tasks.get(task)!.created
    if (escalates !== undefined) {
      if (!made.includes(escalates)) say(2, `${task} was made for ${escalates}, which is not there`)
      continue
    }
    if (previous === undefined && !(promised ?? []).includes(task))
      say(2, `${event.id}: ${task} was made, though the event was not allowed to`)
    if (previous !== undefined && log.tasks.get(previous)?.ends[0] !== "completed")
      say(2, `${task} follows on ${previous}, which has not completed`)
  }
  checkOwnEffects(event, decision, log, say)
}

const checkOwnEffects = (event: Event, decision: Decision, log: LogIndex, say: Say): void => {
  const following = log.following.get(`${event.org} ${event.id}`) ?? []
  for (const type of decision.emits ?? [])
    if (!following.some((one) => one.type === type)) say(2, `${event.id}: ${type} was announced and never emitted`)
  const own = OWN_EFFECTS[event.type]
  if (own === undefined) return
  const allowed = decision.verdict === "allow" || releaseOf(log.holds.get(decision.hold ?? "")) !== undefined
  const had = following.some(({ type, actor }) => type === own && actor.kind !== "system")
  if (had && !allowed) say(2, `${event.id}: ${own} follows from it, though it was not allowed`)
  // What could no longer be done when it was let through is refused then.
  const refused = following.some(({ type }) => type === "request.denied")
  if (!had && !refused && allowed && hasText(event)) say(2, `${event.id} was allowed, and no ${own} follows from it`)
}

/** What the daemon's own requests do once they are allowed. Contracts post messages, too, in their own name. */
const OWN_EFFECTS: Readonly<Record<string, keyof BuiltinData | undefined>> = table({
  "message.send.requested": "message.posted",
  "document.write.requested": "document.written",
})

const hasText = ({ data }: Event): boolean =>
  typeof (data as { readonly text?: unknown } | undefined)?.text === "string"

/** A schedule gives its agent the one task that it names, or none. */
export const checkFiring = ({ id, org, seq, data }: Event, log: LogIndex, say: Say): void => {
  const { task: promised, member } = data as BuiltinData["cron"]
  const own = (log.tasksOf.get(place(org, seq)) ?? []).filter(
    (task) => log.tasks.get(task)!.created.contract === SCHEDULE,
  )
  if (own.join() !== (promised ?? ""))
    say(2, `${id}: ${promised ?? "no task"} was promised, and ${own.join() || "none"} made`)
  for (const task of own)
    if (log.tasks.get(task)!.created.member !== member) say(2, `${task} follows from a schedule of ${member}`)
}

export const checkTask = ({ created, runs, ends }: TaskLife, settled: boolean, say: Say): void => {
  if (ends.length > 1) say(2, `${created.id} has ended ${ends.length} times`)
  if (settled && ends.length === 0) say(2, `${created.id} of ${created.member} was never brought to its end`)
  if (ends.length > 0 && runs.some(({ ended }) => !ended)) say(6, `${created.id} has ended, and a run of it has not`)
}

/** What becomes of one task: its log, and what a member says of a task that he does himself. */
import { Effect } from "effect"
import type { BuiltinData } from "../../domain/builtins.ts"
import type { Event } from "../../domain/event.ts"
import type { Command } from "../../kernel/command.ts"
import { actorOf, fail, nameIn } from "../access.ts"
import { checkCursor } from "../cursor.ts"
import type { Identity } from "../identity.ts"
import type { Service } from "../Service.ts"
import type { TaskLogItem } from "../views/tasks.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "taskLog" | "completeTask" | "failTask" | "progressTask">

/** Pages of the log looked through for one answer, where most records of a correlation are not the task's. */
const MAX_PAGES_LOOKED_THROUGH = 20

export const taskOperations = (
  dependencies: Dependencies,
  { task }: Pick<typeof Service.Service, "task">,
): Operations => {
  const { log } = dependencies

  const say = Effect.fnUntraced(function* (
    identity: Identity,
    id: string,
    says: Extract<Command, { kind: "byHand" }>["says"],
  ) {
    const { org } = yield* task(identity, id)
    if (identity.kind === "run")
      return yield* fail("forbidden", "task-of-another", "a run says by its own output and end how its task goes")
    const definitions = definitionsOf(dependencies)
    const by = { ...actorOf(definitions, identity, org), name: nameIn(definitions, identity, org) }
    yield* submit(dependencies, org, { kind: "byHand", task: id, by, says })
    return yield* task(identity, id)
  })

  return {
    taskLog: Effect.fnUntraced(function* (identity, id, { after = "", limit }) {
      const { org, correlationid } = yield* task(identity, id)
      yield* checkCursor(log, after)
      const items: Array<TaskLogItem> = []
      let cursor = after
      let end = false
      for (let pages = 0; items.length < limit && !end && pages < MAX_PAGES_LOOKED_THROUGH; pages++) {
        const page = yield* log.page({ org, correlationid, types: TYPES }, cursor, limit - items.length)
        for (const { record } of page.items) items.push(...itemsOf(record.event, id))
        cursor = page.next
        end = page.end
      }
      return { items, ...(end ? undefined : { next: cursor }) }
    }),
    completeTask: (identity, id, result) => say(identity, id, { kind: "completed", result }),
    failTask: (identity, id, { error, again = false }) => say(identity, id, { kind: "failed", error, again }),
    progressTask: (identity, id, { text, data }) =>
      text === undefined && data === undefined
        ? fail("invalid", "progress-empty", "say how far it is: a text, or data")
        : say(identity, id, {
            kind: "progress",
            ...(text === undefined ? undefined : { text }),
            ...(data === undefined ? undefined : { data }),
          }),
  }
}

const TYPES = ["task.*", "run.*"]

/** A record of the task as one line of its log; none where it is another's, or only keeps a lease. */
const itemsOf = (event: Event, task: string): ReadonlyArray<TaskLogItem> => {
  const about = event.data as { readonly task?: string; readonly id?: string; readonly run?: string }
  if (about.task !== task && about.id !== task && !(event.type === "run.usage" && event.subject === task)) return []
  const { text, data } = toldBy(event)
  if (text === undefined && data === undefined) return []
  return [
    {
      seq: event.seq,
      at: event.time,
      type: event.type,
      ...(about.run === undefined ? undefined : { run: about.run }),
      ...(text === undefined ? undefined : { text }),
      ...(data === undefined ? undefined : { data }),
    },
  ]
}

interface Told {
  readonly text?: string | undefined
  readonly data?: unknown
}

const toldBy = (event: Event): Told => {
  switch (event.type as keyof BuiltinData) {
    case "task.created": {
      const { member, contract, goal } = event.data as BuiltinData["task.created"]
      return { text: `given to ${member} by ${contract}${goal === undefined ? "" : `: ${goal}`}` }
    }
    case "task.started":
      return { text: `attempt ${(event.data as BuiltinData["task.started"]).attempt} begins` }
    case "task.progress":
      return event.data as BuiltinData["task.progress"]
    case "task.checkpoint":
      return { text: "checkpoint", data: (event.data as BuiltinData["task.checkpoint"]).data }
    case "task.escalated":
      return { text: "not done in time: given to others, too" }
    case "task.completed": {
      const { by, result } = event.data as BuiltinData["task.completed"]
      return { text: `completed${by === undefined ? "" : ` by ${by}`}`, data: result }
    }
    case "task.failed": {
      const { error, retry } = event.data as BuiltinData["task.failed"]
      return { text: `${error}${retry === undefined ? "" : `; given again at ${retry}`}` }
    }
    case "task.cancelled":
      return { text: (event.data as BuiltinData["task.cancelled"]).reason }
    case "run.requested": {
      const { attempt, executor } = event.data as BuiltinData["run.requested"]
      return { text: `run asked for: attempt ${attempt} by ${executor}` }
    }
    case "run.usage": {
      const { usd, tokens, turns } = event.data as BuiltinData["run.usage"]
      return { text: `used ${usd} US dollars, ${tokens} tokens, ${turns} turns` }
    }
    case "run.ended": {
      const { outcome, error } = event.data as BuiltinData["run.ended"]
      return { text: `run ended: ${outcome}${error === undefined ? "" : `, ${error}`}` }
    }
    default:
      return {}
  }
}

import { TASK_STATES } from "../../domain/task.ts"
import type { LogRecord } from "../../domain/record.ts"
import type { TaskView } from "../Projections.ts"
import { type Change, on, type ReadModel, updateView } from "./readModel.ts"

/** Tasks. One whose run is held waits, linked to the hold, until that is released. */
export const tasks: ReadModel<TaskView> = {
  name: "tasks",
  states: TASK_STATES,
  state: (view) => view.state,
  members: (view) => [view.member],
  event: (view) => view.event,
  on: {
    ...on(["task.created"], (task, event) => [
      {
        kind: "open",
        model: "tasks",
        id: task.id,
        row: {
          org: event.org,
          view: {
            ...task,
            state: task.human === true ? "waiting" : "queued",
            attempt: 0,
            updated: event.time,
          } satisfies TaskView,
        },
      },
    ]),
    ...on(["run.requested"], ({ task }, event, record) => waitsFor(task, event.time, record)),
    ...on(["hold.released"], ({ hold }, event) => [
      {
        kind: "update",
        model: "tasks",
        find: { link: hold },
        update: ({ org, view }) => ({ org, view: goesOn(view as TaskView, event.time) }),
      },
    ]),
    ...on(["task.started"], ({ task, run, attempt }, event) =>
      becomes(task, (view) => ({ ...view, state: "running", run, attempt, updated: event.time })),
    ),
    ...on(["task.completed"], ({ task, run, result }, event) =>
      becomes(task, ({ error: _, ...view }) => ({
        ...view,
        state: "completed",
        ...(run === undefined ? undefined : { run }),
        result,
        updated: event.time,
      })),
    ),
    ...on(["task.checkpoint"], ({ task }, event) =>
      becomes(task, (view) => ({ ...view, checkpointed: event.time, updated: event.time })),
    ),
    ...on(["task.failed"], ({ task, attempt, error, dead, retry }, event) =>
      becomes(task, (view) => ({
        ...view,
        state: dead ? "dead" : retry === undefined ? "failed" : view.human === true ? "waiting" : "queued",
        attempt,
        error,
        updated: event.time,
      })),
    ),
    ...on(["task.cancelled"], ({ task, reason }, event) =>
      becomes(task, (view) => ({ ...view, state: "cancelled", error: reason, updated: event.time })),
    ),
  },
}

const becomes = (id: string, update: (view: TaskView) => TaskView): ReadonlyArray<Change> => [
  { kind: "update", model: "tasks", find: { id }, update: updateView(update) },
]

const goesOn = (view: TaskView, time: string): TaskView =>
  view.state === "waiting" ? { ...view, state: "queued", updated: time } : view

const waitsFor = (id: string, time: string, { decision }: LogRecord): ReadonlyArray<Change> => {
  const hold = decision?.hold
  if (decision?.verdict !== "hold" || hold === undefined) return []
  const update = updateView<TaskView>((view) => ({ ...view, state: "waiting", updated: time }))
  return [{ kind: "update", model: "tasks", find: { id }, update: (row) => ({ ...update(row), link: hold }) }]
}

/** Tasks. */
import { Schema } from "effect"
import { TASK_STATES } from "../../domain/task.ts"
import { pageOf } from "../results/list.ts"
import { TaskLogResult, TaskResult } from "../results/tasks.ts"
import { route } from "../route.ts"
import { Cursor, Limit, limitOf, Name, Reason } from "../schemas.ts"
import { Id, listed, optional, page, ReasonBody } from "./parts.ts"

export const tasks = [
  route({
    method: "GET",
    path: "/v1/tasks",
    summary: "Tasks; member: those of one receiver; event: those that follow from one event.",
    query: Schema.Struct({
      ...page,
      state: optional(Schema.Literals(TASK_STATES)),
      member: optional(Name),
      event: optional(Name),
    }),
    result: pageOf(TaskResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => service.tasks(identity, listed(query)),
  }),
  route({
    method: "GET",
    path: "/v1/tasks/{id}",
    summary: "One task.",
    params: Id,
    result: TaskResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.task(identity, params.id),
  }),
  route({
    method: "POST",
    path: "/v1/tasks/{id}/cancel",
    summary: "Ends a task and whatever it runs; for an operator, and for who asked for what it follows from.",
    params: Id,
    body: ReasonBody,
    result: TaskResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) =>
      service.cancelTask(identity, params.id, body.reason ?? `cancelled by ${identity.name}`),
  }),
  route({
    method: "GET",
    path: "/v1/tasks/{id}/log",
    summary: "What has become of a task over all its runs, the oldest first: what they have said, used, and come to.",
    params: Id,
    query: Schema.Struct({ after: optional(Cursor), limit: optional(Limit) }),
    result: pageOf(TaskLogResult),
    refusals: ["not-found"],
    call: (service, identity, { params, query: { limit, ...query } }) =>
      service.taskLog(identity, params.id, { ...query, limit: limitOf(limit) }),
  }),
  route({
    method: "POST",
    path: "/v1/tasks/{id}/complete",
    summary: "Says that a task which no executor runs is done, and what came out. Its member alone may.",
    params: Id,
    body: Schema.Struct({ result: optional(Schema.Unknown) }),
    result: TaskResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, body }) => service.completeTask(identity, params.id, body.result ?? null),
  }),
  route({
    method: "POST",
    path: "/v1/tasks/{id}/fail",
    summary: "Gives up a task which no executor runs; again: it waits on. Its member alone may.",
    params: Id,
    body: Schema.Struct({ error: Reason, again: optional(Schema.Boolean) }),
    result: TaskResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.failTask(identity, params.id, body),
  }),
  route({
    method: "POST",
    path: "/v1/tasks/{id}/progress",
    summary: "Says how far a task is which no executor runs. Its member alone may.",
    params: Id,
    body: Schema.Struct({ text: optional(Reason), data: optional(Schema.Unknown) }),
    result: TaskResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params, body }) => service.progressTask(identity, params.id, body),
  }),
]

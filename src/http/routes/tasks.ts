/** Tasks. */
import { Schema } from "effect"
import { pageOf } from "../results/list.ts"
import { TaskResult } from "../results/tasks.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { Id, listed, optional, page, ReasonBody } from "./parts.ts"

export const tasks = [
  route({
    method: "GET",
    path: "/v1/tasks",
    summary: "Tasks; member: those of one receiver; event: those that follow from one event.",
    query: Schema.Struct({
      ...page,
      state: optional(
        Schema.Literals(["queued", "running", "waiting", "parked", "completed", "failed", "dead", "cancelled"]),
      ),
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
    summary: "Ends a task and whatever it runs.",
    params: Id,
    body: ReasonBody,
    result: TaskResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) =>
      service.cancelTask(identity, params.id, body.reason ?? `cancelled by ${identity.name}`),
  }),
]

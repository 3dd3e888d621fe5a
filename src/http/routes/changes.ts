/** Changes of the rules: asked for, looked at, and accepted. */
import { Effect, Schema } from "effect"
import type { ChangeView } from "../../service/views/changes.ts"
import {
  AcceptedEditResult,
  CancelledChangeResult,
  ChangeResult,
  EditResult,
  RevisedResult,
} from "../results/changes.ts"
import { HoldResult } from "../results/holds.ts"
import { itemsOf } from "../results/list.ts"
import { route } from "../route.ts"
import { Name } from "../schemas.ts"
import { Id, items, optional, ReasonBody } from "./parts.ts"

/** Still to come: somebody has to let it through, or it is being written. */
export const isPending = ({ state }: Pick<ChangeView, "state">): boolean => state === "waiting" || state === "allowed"

export const changes = [
  route({
    method: "POST",
    path: "/v1/contracts",
    summary:
      "Asks for a change of files of the rules; what would be wrong is refused at once. dryRun: only says what it means.",
    body: Schema.Struct({
      files: Schema.Record(Name, Schema.NullOr(Schema.String)),
      base: optional(Schema.Record(Name, Name)),
      dryRun: optional(Schema.Boolean),
    }),
    result: ChangeResult,
    refusals: ["conflict", "too-large"],
    creates: true,
    call: (service, identity, { body, key }) =>
      service.propose(identity, key === undefined ? body : { ...body, id: key }),
    pending: isPending,
  }),
  route({
    method: "GET",
    path: "/v1/contracts/{scope}/{id}/history",
    summary: "When, how and by whom a contract came, went or changed, the newest first.",
    params: Schema.Struct({ scope: Name, id: Name }),
    result: itemsOf(RevisedResult),
    refusals: ["not-found"],
    call: (service, identity, { params }) =>
      Effect.map(service.contractHistory(identity, `${params.scope}/${params.id}`), items),
  }),
  route({
    method: "GET",
    path: "/v1/changes",
    summary: "Changes of the rules that have not come to their end.",
    result: itemsOf(ChangeResult),
    call: (service, identity) => Effect.map(service.changes(identity), items),
  }),
  route({
    method: "GET",
    path: "/v1/changes/{id}",
    summary: "One change of the rules, and what has become of it.",
    params: Id,
    result: ChangeResult,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.change(identity, params.id),
  }),
  route({
    method: "POST",
    path: "/v1/changes/{id}/cancel",
    summary: "Gives up a change of the rules that is not written yet; by whoever has asked for it, or an operator.",
    params: Id,
    body: ReasonBody,
    result: CancelledChangeResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.cancelChange(identity, params.id, body.reason),
    pending: isPending,
  }),
  route({
    method: "POST",
    path: "/v1/holds/{id}/accept",
    summary: "Lets through what waits for the operator, who votes on nothing.",
    params: Id,
    body: ReasonBody,
    result: HoldResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, body }) => service.accept(identity, params.id, body.reason),
  }),
  route({
    method: "GET",
    path: "/v1/edits",
    summary:
      "Edits on disk that wait to be accepted, where the caller is in all organizations whose files they are; where that cannot be told, for an operator.",
    result: itemsOf(EditResult),
    call: (service, identity) => Effect.map(service.edits(identity), items),
  }),
  route({
    method: "POST",
    path: "/v1/edits/{id}/accept",
    summary: "Lets exactly this edit take effect; where a member accepts it, if the rules let it through as a change.",
    params: Id,
    body: Schema.Struct({}),
    result: AcceptedEditResult,
    refusals: ["not-found", "conflict", "too-large"],
    call: (service, identity, { params }) => service.acceptEdit(identity, params.id),
    pending: ({ change }) => change !== undefined && isPending(change),
  }),
]

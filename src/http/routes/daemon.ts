/** The daemon itself. */
import { Effect, Schema } from "effect"
import { ConfirmResult, ShutdownResult, StatusResult } from "../results/daemon.ts"
import { route } from "../route.ts"
import { optional } from "./parts.ts"

export const daemon = [
  route({
    method: "GET",
    path: "/v1/status",
    summary: "How the daemon is; an operator sees all of it, anybody else counts what he may see.",
    result: StatusResult,
    call: (service, identity) => service.status(identity),
  }),
  route({
    method: "POST",
    path: "/v1/confirm",
    summary: "Confirms what waits for an operator: a mass removal of contracts.",
    body: Schema.Struct({}),
    result: ConfirmResult,
    refusals: ["not-found"],
    call: (service, identity) => service.confirm(identity),
  }),
  route({
    method: "POST",
    path: "/v1/shutdown",
    summary:
      "Stops the daemon once what is under way has ended; now: without waiting for runs, also if it stops already.",
    status: 202,
    body: Schema.Struct({ now: optional(Schema.Boolean) }),
    result: ShutdownResult,
    call: (service, identity, { body }) =>
      Effect.map(service.shutdown(identity, body.now === true), (runs) => ({ state: "draining" as const, runs })),
  }),
]

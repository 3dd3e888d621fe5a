/** The daemon itself. */
import { Effect, Schema } from "effect"
import { ConfirmResult, ShutdownResult, StatusResult } from "../results/daemon.ts"
import { route } from "../route.ts"

export const daemon = [
  route({
    method: "GET",
    path: "/v1/status",
    summary: "How the daemon is.",
    result: StatusResult,
    call: (service) => service.status,
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
    summary: "Stops the daemon once what is under way has ended.",
    status: 202,
    body: Schema.Struct({}),
    result: ShutdownResult,
    call: (service, identity) => Effect.as(service.shutdown(identity), { state: "draining" as const }),
  }),
]

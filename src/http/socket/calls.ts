/** The ops that are one call of the service each. */
import { Effect, Result } from "effect"
import type { Identity } from "../../service/identity.ts"
import type { Edge } from "../edge.ts"
import { readEvent } from "../envelope.ts"
import { type Failure, problemOfRefusal } from "../problem.ts"
import { isRefused, optionsOf } from "../publish.ts"
import type { Message, Op } from "./messages.ts"
import type { Operation, Operations } from "./operation.ts"

type CallOp = Exclude<Op, "hello" | "subscribe" | "unsubscribe" | "inbox">

/** `identity` is asked before every single one. */
export const makeCalls = (service: Edge["service"], identity: Effect.Effect<Identity, Failure>): Operations<CallOp> => {
  /** Answers with `op`, and with what the call has come to as its member `name`. */
  const call = (op: string, name: string, ask: (who: Identity) => Effect.Effect<unknown, Failure>): Operation =>
    Effect.map(Effect.flatMap(identity, ask), (answer) => ({ op, [name]: answer }))

  const vote = (proposal: string, ballot: Parameters<typeof service.vote>[2]): Operation =>
    call("voted", "proposal", (who) => service.vote(who, proposal, ballot))

  return {
    publish: ({ event, ...query }) => {
      const input = readEvent(event, ["event"])
      if (Result.isFailure(input)) return Effect.succeed(input.failure)
      const bytes = Buffer.byteLength(JSON.stringify(event))
      return Effect.flatMap(identity, (who) =>
        Effect.map(service.publish(who, [{ ...input.success, bytes }], optionsOf(query)), ([answer]) =>
          isRefused(answer!) ? problemOfRefusal(answer.refusal) : { op: "decision", decision: answer },
        ),
      )
    },
    vote: (message) => {
      const { proposal, ...ballot } = saidIn(message)
      return vote(proposal, ballot)
    },
    approve: (message) => {
      const { proposal, ...ballot } = saidIn(message)
      return vote(proposal, { ...ballot, choice: "approve" })
    },
    deny: (message) => {
      const { proposal, ...ballot } = saidIn(message)
      return vote(proposal, { ...ballot, choice: "deny" })
    },
    propose: (message) => {
      const { proposal, ...place } = saidIn(message)
      return call("decision", "decision", (who) => service.openProposal(who, { ...proposal, ...place }))
    },
    post: (message) => call("decision", "decision", (who) => service.post(who, saidIn(message))),
    ack: ({ items, state = "acknowledged" }) => call("acked", "items", (who) => service.markInbox(who, items, state)),
    complete: ({ task, result = null }) => call("task", "task", (who) => service.completeTask(who, task, result)),
    fail: (message) => {
      const { task, ...failure } = saidIn(message)
      return call("task", "task", (who) => service.failTask(who, task, failure))
    },
    progress: (message) => {
      const { task, ...progress } = saidIn(message)
      return call("task", "task", (who) => service.progressTask(who, task, progress))
    },
    ping: () => Effect.as(identity, { op: "pong" }),
  }
}

/** The message without its envelope. */
const saidIn = <M extends Message<"ping">>({ op: _, id: __, ...said }: M): Omit<M, "op" | "id"> => said

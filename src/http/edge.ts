/** What every handler of the edge works with, and how it calls the service. */
import type { IncomingMessage } from "node:http"
import type { HttpBindings } from "@hono/node-server"
import { Cause, Effect, Exit, type Fiber } from "effect"
import type { Identity } from "../service/identity.ts"
import type { Service } from "../service/Service.ts"
import type { Doors } from "./doors.ts"
import { type Failure, internal, type Problem, problemOfCause, unauthenticated } from "./problem.ts"

export interface Env {
  readonly Bindings: HttpBindings
}

export interface Edge {
  readonly service: Service["Service"]
  /** Starts at once, and runs on the caller's stack until the effect first waits. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** Completes when the server closes; streams end then. */
  readonly closing: Effect.Effect<void>
  readonly heartbeatMs: number
  readonly helloMs: number
  /** Absent where no traces are recorded. */
  readonly doors: Doors | undefined
}

/** How the effect ends; without waiting where it has ended already. */
export const exitOf = <A, E>(fiber: Fiber.Fiber<A, E>): Exit.Exit<A, E> | Promise<Exit.Exit<A, E>> =>
  fiber.pollUnsafe() ?? new Promise((resolve) => void fiber.addObserver(resolve))

/** The same without a fiber, where there is nothing to run: a token that is remembered, for example. */
const exitNow = <A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> | undefined =>
  Exit.isExit(effect) ? (effect as Exit.Exit<A, E>) : undefined

/** What the client is told of a failure. A defect is written to the log, and the client learns no more than that. */
export const problemOf = (edge: Edge, cause: Cause.Cause<Failure>, what: string): Problem => {
  const problem = problemOfCause(cause)
  if (problem !== undefined) return problem
  if (!Cause.hasInterruptsOnly(cause)) edge.run(Effect.logError(`${what} failed:`, cause))
  return internal()
}

/** Who sends this request, by its bearer token. */
export const identify = async (edge: Edge, incoming: IncomingMessage): Promise<Identity | Problem> => {
  const token = bearerToken(incoming)
  if (token === undefined) return unauthenticated("send the header Authorization: Bearer TOKEN")
  const authenticated = edge.service.authenticate(token)
  const exit = exitNow(authenticated) ?? (await exitOf(edge.run(authenticated)))
  return exit._tag === "Success" ? exit.value : problemOf(edge, exit.cause, "authentication")
}

export const bearerToken = ({ headers }: IncomingMessage): string | undefined =>
  /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? "")?.[1]

/** The path that was asked for, without its query. */
export const pathOf = ({ url = "/" }: IncomingMessage): string => {
  const end = url.indexOf("?")
  return end === -1 ? url : url.slice(0, end)
}

const NO_QUERY = new URLSearchParams()

export const queryOf = ({ url = "/" }: IncomingMessage): URLSearchParams => {
  const end = url.indexOf("?")
  return end === -1 ? NO_QUERY : new URLSearchParams(url.slice(end))
}

export const jsonResponse = (value: unknown, status: number): Response =>
  new Response(JSON.stringify(value), { status, headers: JSON_HEADERS })

const JSON_HEADERS = { "content-type": "application/json" }

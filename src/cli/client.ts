/** The client of the command line: each call by the word for it, and what fails is a {@link Failure} that says what to do. */
import * as http from "../client/client.ts"
import { AnswerUnknown, CallRefused, DaemonLost, type Problem } from "../client/errors.ts"
import type { BodyOf, QueryOf } from "../client/operations.ts"
import type { Address } from "../discovery/daemonFile.ts"
import { Failure } from "./failure.ts"
import { plain } from "./text.ts"

export type NewEvent = BodyOf<"POST /v1/events">

export type Client = ReturnType<typeof makeClient>

export const makeClient = (daemon: Address, token: string) => {
  const client = http.makeClient(daemon, token)
  const call: http.Client["call"] = (operation, ...given) => client.call(operation, ...given).catch(fail)
  return {
    call,
    publish: (event: NewEvent, query: QueryOf<"POST /v1/events"> = {}) =>
      call("POST /v1/events", { body: event, query }),
    events: (query: QueryOf<"GET /v1/events">) => call("GET /v1/events", { query }),
    follow: async (query: Parameters<http.Client["follow"]>[0]) => failing(await client.follow(query).catch(fail)),
    explain: (id: string, query: QueryOf<"GET /v1/events/{id}/explanation">) =>
      call("GET /v1/events/{id}/explanation", { params: { id }, query }),
    contracts: (query: QueryOf<"GET /v1/contracts">) => call("GET /v1/contracts", { query }),
    contract: (name: string) => call("GET /v1/contracts/{name}", { params: { name } }),
    organizations: () => call("GET /v1/organizations"),
    proposals: (query: QueryOf<"GET /v1/proposals">) => call("GET /v1/proposals", { query }),
    proposal: (id: string) => call("GET /v1/proposals/{id}", { params: { id } }),
    vote: (id: string, body: BodyOf<"POST /v1/proposals/{id}/votes">) =>
      call("POST /v1/proposals/{id}/votes", { params: { id }, body }),
    delegations: (query: QueryOf<"GET /v1/delegations">) => call("GET /v1/delegations", { query }),
    delegate: (body: BodyOf<"POST /v1/delegations">) => call("POST /v1/delegations", { body }),
    revokeDelegation: (id: string) => call("DELETE /v1/delegations/{id}", { params: { id } }),
    holds: (query: QueryOf<"GET /v1/holds">) => call("GET /v1/holds", { query }),
    hold: (id: string) => call("GET /v1/holds/{id}", { params: { id } }),
    cancel: (kind: "holds" | "proposals", id: string, body: BodyOf<"POST /v1/holds/{id}/cancel">) =>
      call(`POST /v1/${kind}/{id}/cancel`, { params: { id }, body }),
    tasks: (query: QueryOf<"GET /v1/tasks">) => call("GET /v1/tasks", { query }),
    task: (id: string) => call("GET /v1/tasks/{id}", { params: { id } }),
    cancelTask: (id: string, body: BodyOf<"POST /v1/tasks/{id}/cancel">) =>
      call("POST /v1/tasks/{id}/cancel", { params: { id }, body }),
    messages: (name: string, query: QueryOf<"GET /v1/channels/{name}/messages">) =>
      call("GET /v1/channels/{name}/messages", { params: { name }, query }),
    inbox: (query: QueryOf<"GET /v1/inbox">) => call("GET /v1/inbox", { query }),
    markInbox: (items: ReadonlyArray<string>, state: "seen" | "acknowledged") =>
      call("POST /v1/inbox/ack", { body: { items, state } }),
    documents: (query: QueryOf<"GET /v1/documents">) => call("GET /v1/documents", { query }),
    document: (name: string, query: QueryOf<"GET /v1/documents/{name}">) =>
      call("GET /v1/documents/{name}", { params: { name }, query }),
    /** `ifMatch`: the version that the text was made from. */
    writeDocument: (name: string, query: QueryOf<"PUT /v1/documents/{name}">, text: string, ifMatch?: string) =>
      call("PUT /v1/documents/{name}", { params: { name }, query, body: { text }, ifMatch }),
    createToken: (body: BodyOf<"POST /v1/tokens">) => call("POST /v1/tokens", { body }),
    tokens: (query: QueryOf<"GET /v1/tokens">) => call("GET /v1/tokens", { query }),
    revokeToken: (id: string) => call("DELETE /v1/tokens/{id}", { params: { id } }),
    metrics: () => client.text("/metrics").catch(fail),
    status: () => call("GET /v1/status"),
    confirm: () => call("POST /v1/confirm"),
    shutdown: () => call("POST /v1/shutdown"),
  }
}

/** What breaks off later is a failure of the same kind. */
async function* failing<A>(items: AsyncGenerator<A>): AsyncGenerator<A> {
  try {
    yield* items
  } catch (error) {
    fail(error)
  }
}

const fail = (error: unknown): never => {
  if (error instanceof CallRefused) throw problemFailure(error.problem)
  if (error instanceof AnswerUnknown)
    throw new Failure(sentence(error.message), {
      next: ["Start the daemon again with this version: charter down, then charter up"],
    })
  if (error instanceof DaemonLost)
    throw new Failure(sentence(error.message), { next: ["See how it is: charter status"] })
  throw error
}

const problemFailure = (problem: Problem): Failure => {
  const { detail = problem.title, errors = [] } = problem
  const findings =
    errors.length < 2
      ? []
      : errors.map(({ pointer, parameter, detail: finding }) => `  ${pointer ?? parameter}: ${finding}`)
  return new Failure(
    [
      BEGIN_WITH_A_NAME.test(problem.type) ? ended(plain(detail)) : sentence(plain(detail)),
      ...findings.map(plain),
    ].join("\n"),
    {
      problem,
      next: nextAfter(problem),
    },
  )
}

const nextAfter = ({ status, type }: Problem): ReadonlyArray<string> => {
  switch (status) {
    case 401:
      return ["An operator makes a token: charter token create NAME"]
    case 503:
      return ["Nothing has happened. Try again in a moment."]
    default:
      return type.endsWith(":internal") ? ["Its output says more: charter status shows where it is."] : []
  }
}

/** Problems whose explanation begins with a member's name, which stays as it is written. */
const BEGIN_WITH_A_NAME = /:(?:not-an-elector|not-joined-yet|not-a-member|organization-missing)$/

const sentence = (text: string): string => ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`)

const ended = (text: string): string => `${text}${/[.!?]$/.test(text) ? "" : "."}`

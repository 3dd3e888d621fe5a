/** The client of the command line: each call by the word for it, and what fails is a {@link Failure} that says what to do. */
import * as http from "../client/client.ts"
import { AnswerUnknown, CallRefused, DaemonLost, type Problem } from "../client/errors.ts"
import type { BodyOf, QueryOf } from "../client/operations.ts"
import type { Address } from "../discovery/daemonFile.ts"
import { Failure } from "./failure.ts"
import { plain } from "./text.ts"

export type NewEvent = BodyOf<"POST /v1/events">

export type Client = ReturnType<typeof makeClient>

export const makeClient = (daemon: Address, token: string | undefined) => {
  const client = http.makeClient(daemon, token)
  const call: http.Client["call"] = (operation, ...given) => client.call(operation, ...given).catch(fail)
  return {
    call,
    publish: (event: NewEvent, query: QueryOf<"POST /v1/events"> = {}) =>
      call("POST /v1/events", { body: event, query }),
    publishAll: (events: ReadonlyArray<NewEvent>) => client.publishAll(events).catch(fail),
    events: (query: QueryOf<"GET /v1/events">) => call("GET /v1/events", { query }),
    follow: async (query: Parameters<http.Client["follow"]>[0]) => failing(await client.follow(query).catch(fail)),
    explain: (id: string, query: QueryOf<"GET /v1/events/{id}/explanation">) =>
      call("GET /v1/events/{id}/explanation", { params: { id }, query }),
    replay: (id: string, query: QueryOf<"GET /v1/events/{id}/replay">) =>
      call("GET /v1/events/{id}/replay", { params: { id }, query }),
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
    standing: (query: QueryOf<"GET /v1/standing">) => call("GET /v1/standing", { query }),
    revokeStanding: (id: string) => call("DELETE /v1/standing/{id}", { params: { id } }),
    holds: (query: QueryOf<"GET /v1/holds">) => call("GET /v1/holds", { query }),
    hold: (id: string) => call("GET /v1/holds/{id}", { params: { id } }),
    openProposal: (body: BodyOf<"POST /v1/proposals">) => call("POST /v1/proposals", { body }),
    cancelHold: (id: string, body: BodyOf<"POST /v1/holds/{id}/cancel">) =>
      call("POST /v1/holds/{id}/cancel", { params: { id }, body }),
    /** The hold, or the proposal where a member has opened it. */
    cancelProposal: (id: string, body: BodyOf<"POST /v1/proposals/{id}/cancel">) =>
      call("POST /v1/proposals/{id}/cancel", { params: { id }, body }),
    tasks: (query: QueryOf<"GET /v1/tasks">) => call("GET /v1/tasks", { query }),
    task: (id: string) => call("GET /v1/tasks/{id}", { params: { id } }),
    cancelTask: (id: string, body: BodyOf<"POST /v1/tasks/{id}/cancel">) =>
      call("POST /v1/tasks/{id}/cancel", { params: { id }, body }),
    taskLog: (id: string, query: QueryOf<"GET /v1/tasks/{id}/log">) =>
      call("GET /v1/tasks/{id}/log", { params: { id }, query }),
    completeTask: (id: string, body: BodyOf<"POST /v1/tasks/{id}/complete">) =>
      call("POST /v1/tasks/{id}/complete", { params: { id }, body }),
    failTask: (id: string, body: BodyOf<"POST /v1/tasks/{id}/fail">) =>
      call("POST /v1/tasks/{id}/fail", { params: { id }, body }),
    progressTask: (id: string, body: BodyOf<"POST /v1/tasks/{id}/progress">) =>
      call("POST /v1/tasks/{id}/progress", { params: { id }, body }),
    agents: (query: QueryOf<"GET /v1/agents">) => call("GET /v1/agents", { query }),
    agent: (name: string, query: QueryOf<"GET /v1/agents/{name}">) =>
      call("GET /v1/agents/{name}", { params: { name }, query }),
    stopAgent: (
      name: string,
      query: QueryOf<"POST /v1/agents/{name}/stop">,
      body: BodyOf<"POST /v1/agents/{name}/stop">,
    ) => call("POST /v1/agents/{name}/stop", { params: { name }, query, body }),
    startAgent: (name: string, query: QueryOf<"POST /v1/agents/{name}/start">) =>
      call("POST /v1/agents/{name}/start", { params: { name }, query }),
    interruptAgent: (
      name: string,
      query: QueryOf<"POST /v1/agents/{name}/interrupt">,
      body: BodyOf<"POST /v1/agents/{name}/interrupt">,
    ) => call("POST /v1/agents/{name}/interrupt", { params: { name }, query, body }),
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
    propose: (body: BodyOf<"POST /v1/contracts">) => call("POST /v1/contracts", { body }),
    cancelChange: (id: string, body: BodyOf<"POST /v1/changes/{id}/cancel">) =>
      call("POST /v1/changes/{id}/cancel", { params: { id }, body }),
    change: (id: string) => call("GET /v1/changes/{id}", { params: { id } }),
    history: (scope: string, id: string) => call("GET /v1/contracts/{scope}/{id}/history", { params: { scope, id } }),
    join: (org: string, body: BodyOf<"POST /v1/organizations/{org}/join">) =>
      call("POST /v1/organizations/{org}/join", { params: { org }, body }),
    makeLink: (org: string, body: BodyOf<"POST /v1/organizations/{org}/links">) =>
      call("POST /v1/organizations/{org}/links", { params: { org }, body }),
    createAgent: (body: BodyOf<"POST /v1/agents">) => call("POST /v1/agents", { body }),
    changeAgent: (name: string, query: QueryOf<"PUT /v1/agents/{name}">, body: BodyOf<"PUT /v1/agents/{name}">) =>
      call("PUT /v1/agents/{name}", { params: { name }, query, body }),
    removeAgent: (name: string, query: QueryOf<"DELETE /v1/agents/{name}">) =>
      call("DELETE /v1/agents/{name}", { params: { name }, query }),
    accept: (id: string, body: BodyOf<"POST /v1/holds/{id}/accept">) =>
      call("POST /v1/holds/{id}/accept", { params: { id }, body }),
    edits: () => call("GET /v1/edits"),
    acceptEdit: (id: string) => call("POST /v1/edits/{id}/accept", { params: { id } }),
    metrics: () => client.text("/metrics").catch(fail),
    identity: () => call("GET /v1/identity"),
    event: (id: string, query: QueryOf<"GET /v1/events/{id}">) =>
      call("GET /v1/events/{id}", { params: { id }, query }),
    resource: (hash: string) => call("GET /v1/resources/{hash}", { params: { hash } }),
    storeResource: (query: QueryOf<"POST /v1/resources">, text: string) =>
      call("POST /v1/resources", { query, body: { text } }),
    state: (org: string, query: QueryOf<"GET /v1/organizations/{org}/state">) =>
      call("GET /v1/organizations/{org}/state", { params: { org }, query }),
    status: () => call("GET /v1/status"),
    confirm: () => call("POST /v1/confirm"),
    shutdown: (body: BodyOf<"POST /v1/shutdown"> = {}) => call("POST /v1/shutdown", { body }),
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
      if (/:link-/.test(type)) return ["An operator makes another one: charter join-link ORGANIZATION"]
      return ["An operator makes a token: charter token create NAME"]
    case 503:
      return ["Nothing has happened. Try again in a moment."]
    case 404:
      return WHERE_TO_LOOK[type.slice(type.lastIndexOf(":") + 1)] ?? []
    default:
      return type.endsWith(":internal") ? ["Its output says more: charter status shows where it is."] : []
  }
}

/** Where the names of what was not found are. */
const WHERE_TO_LOOK: Readonly<Record<string, ReadonlyArray<string>>> = {
  "event-unknown": ["Ids are in: charter events"],
  "proposal-unknown": ["Those that there are: charter proposals --all"],
  "hold-unknown": ["Those that there are: charter holds --all"],
  "task-unknown": ["Those that there are: charter tasks"],
  "delegation-unknown": ["Those in force: charter delegations"],
  "standing-unknown": ["Those in force: charter standing"],
  "document-unknown": ["Those that there are: charter doc"],
  "inbox-item-unknown": ["Those that have reached you: charter inbox list --all"],
  "token-unknown": ["Those that there are: charter token list"],
  "channel-unknown": ["Those that there are: charter channel"],
  "agent-unknown": ["Those that there are: charter agents"],
  "change-unknown": ["Those that have not come to their end: charter changes"],
  "contract-unknown": ["Those in force: charter contracts"],
  "organization-unknown": ["Those in force: charter contracts describe"],
}

/** Problems whose explanation begins with a name or an id, which stays as it is written. */
const BEGIN_WITH_A_NAME =
  /:(?:not-an-elector|veto-only|not-joined-yet|no(?:-longer|t)-a-member|already-a-member|organization-missing|proposal-decided|hold-ended|change-ended|agent-stopped|agent-not-stopped|task-of-another|task-of-executor|event-differs|file-changed)$/

const sentence = (text: string): string => ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`)

const ended = (text: string): string => `${text}${/[.!?]$/.test(text) ? "" : "."}`

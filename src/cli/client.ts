/**
 * The daemon's REST interface, typed. Over the Unix socket where there is one, else over TCP. Nothing is tried again:
 * what fails is a {@link Failure} that says what to do.
 */
import { type IncomingMessage, request } from "node:http"
import { addressOf } from "../discovery/findDaemon.ts"
import { type Address, urlOf } from "../discovery/daemonFile.ts"
import type { Vote } from "../domain/proposal.ts"
import type {
  DocumentView,
  InboxItem,
  MessageView,
  HoldView,
  ProposalView,
  TaskView,
  TokenView,
} from "../log/Projections.ts"
import type {
  ContractView,
  CreatedToken,
  DelegationView,
  Explanation,
  List,
  OrganizationView,
  Problem,
  PublishAnswer,
  ShownEvent,
  Status,
} from "./answers.ts"
import { Failure } from "./failure.ts"
import { plain } from "./text.ts"

export type Query = Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

type Headers = Readonly<Record<string, string>>

export interface NewEvent {
  readonly id?: string
  readonly type: string
  readonly subject?: string
  readonly org?: string
  readonly data?: unknown
}

export type Client = ReturnType<typeof makeClient>

export const makeClient = (daemon: Address, token: string) => {
  const send = async <A>(
    method: string,
    path: string,
    query: Query = {},
    body?: unknown,
    headers?: Headers,
  ): Promise<A> => {
    const response = await ask(daemon, token, method, withQuery(path, query), body, headers)
    return JSON.parse(await textOf(response)) as A
  }
  const get = <A>(path: string, query?: Query) => send<A>("GET", path, query)
  const post = <A>(path: string, body: unknown, query?: Query) => send<A>("POST", path, query, body)
  return {
    publish: (event: NewEvent, query?: { readonly wait: "release"; readonly timeout: string }) =>
      post<PublishAnswer>("/v1/events", event, query),
    events: (query: Query) => get<List<ShownEvent>>("/v1/events", query),
    follow: (query: Query) => follow(daemon, token, query),
    explain: (id: string, query: Query) => get<Explanation>(`/v1/events/${segment(id)}/explanation`, query),
    contracts: (query: Query) => get<List<ContractView>>("/v1/contracts", query),
    contract: (name: string) => get<ContractView>(`/v1/contracts/${name.split("/").map(segment).join("/")}`),
    organizations: () => get<List<OrganizationView>>("/v1/organizations"),
    proposals: (query: Query) => get<List<ProposalView>>("/v1/proposals", query),
    proposal: (id: string) => get<ProposalView>(`/v1/proposals/${segment(id)}`),
    vote: (id: string, vote: Omit<Vote, "proposal" | "by" | "bystanding"> & { readonly digest?: string }) =>
      post<ProposalView>(`/v1/proposals/${segment(id)}/votes`, vote),
    delegations: (query: Query) => get<List<DelegationView>>("/v1/delegations", query),
    delegate: (wanted: { readonly org: string; readonly to: string; readonly on?: string; readonly expires: string }) =>
      post<DelegationView>("/v1/delegations", wanted),
    revokeDelegation: (id: string) => send<DelegationView>("DELETE", `/v1/delegations/${segment(id)}`),
    holds: (query: Query) => get<List<HoldView>>("/v1/holds", query),
    hold: (id: string) => get<HoldView>(`/v1/holds/${segment(id)}`),
    openProposal: (wanted: Readonly<Record<string, unknown>>) => post<PublishAnswer>("/v1/proposals", wanted),
    cancelHold: (id: string, reason: { readonly reason?: string }) =>
      post<HoldView>(`/v1/holds/${segment(id)}/cancel`, reason),
    /** The hold, or the proposal where a member has opened it. */
    cancelProposal: (id: string, reason: { readonly reason?: string }) =>
      post<HoldView | ProposalView>(`/v1/proposals/${segment(id)}/cancel`, reason),
    tasks: (query: Query) => get<List<TaskView>>("/v1/tasks", query),
    task: (id: string) => get<TaskView>(`/v1/tasks/${segment(id)}`),
    cancelTask: (id: string, reason: { readonly reason?: string }) =>
      post<TaskView>(`/v1/tasks/${segment(id)}/cancel`, reason),
    messages: (channel: string, query: Query) =>
      get<List<MessageView>>(`/v1/channels/${segment(channel)}/messages`, query),
    inbox: (query: Query) => get<List<InboxItem>>("/v1/inbox", query),
    markInbox: (items: ReadonlyArray<string>, state: "seen" | "acknowledged") =>
      post<List<InboxItem>>("/v1/inbox/ack", { items, state }),
    documents: (query: Query) => get<List<DocumentView>>("/v1/documents", query),
    document: (name: string, query: Query) =>
      get<DocumentView & { readonly text: string }>(`/v1/documents/${segment(name)}`, query),
    /** `base`: the version that the text was made from. */
    writeDocument: (name: string, query: Query, text: string, base: string | undefined) =>
      send<PublishAnswer>(
        "PUT",
        `/v1/documents/${segment(name)}`,
        query,
        { text },
        base === undefined ? {} : { "if-match": `"${base}"` },
      ),
    createToken: (wanted: { readonly identity: string; readonly kind: string; readonly expires?: string }) =>
      post<CreatedToken>("/v1/tokens", wanted),
    tokens: (query: Query) => get<List<TokenView>>("/v1/tokens", query),
    revokeToken: (id: string) => send<TokenView>("DELETE", `/v1/tokens/${segment(id)}`),
    metrics: async () => textOf(await ask(daemon, token, "GET", "/metrics")),
    status: () => get<Status>("/v1/status"),
    confirm: () => post<{ readonly revision: string }>("/v1/confirm", {}),
    shutdown: () => post<unknown>("/v1/shutdown", {}),
  }
}

const segment = encodeURIComponent

const withQuery = (path: string, query: Query): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value)
      parameters.append(name, one)
  return parameters.size === 0 ? path : `${path}?${parameters}`
}

/** A success; anything else is a {@link Failure}. */
const ask = async (
  daemon: Address,
  token: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Headers = {},
): Promise<IncomingMessage> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const asked = request(
      {
        ...addressOf(daemon),
        method,
        path,
        agent: false,
        headers: {
          ...headers,
          host: "localhost",
          authorization: `Bearer ${token}`,
          ...(json === undefined
            ? undefined
            : { "content-type": "application/json", "content-length": Buffer.byteLength(json) }),
        },
      },
      resolve,
    )
    asked.on("error", (error) => reject(lost(daemon, error)))
    asked.end(json)
  })
  const { statusCode = 0 } = response
  if (statusCode >= 200 && statusCode < 300) return response
  throw failureOf(statusCode, await textOf(response))
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  response.setEncoding("utf8")
  let text = ""
  try {
    for await (const chunk of response) text += chunk as string
  } catch {
    throw new Failure("The daemon's answer broke off.", { next: ["See how it is: charter status"] })
  }
  return text
}

export interface Followed {
  /** Cursor: where to go on after a break. */
  readonly cursor: string
  readonly event: ShownEvent
}

/** Events as they come from the moment of the answer on, until the daemon or whoever reads ends it. */
const follow = async (daemon: Address, token: string, query: Query): Promise<AsyncGenerator<Followed>> =>
  eventsOf(daemon, await ask(daemon, token, "GET", withQuery("/v1/events/stream", query)))

async function* eventsOf(daemon: Address, response: IncomingMessage): AsyncGenerator<Followed> {
  response.setEncoding("utf8")
  let rest = ""
  try {
    for await (const chunk of response) {
      const blocks = (rest + (chunk as string)).split("\n\n")
      rest = blocks.pop() ?? ""
      for (const block of blocks) {
        const { id = "", event, data } = fieldsOf(block)
        if (data === undefined) continue
        if (event === "problem") throw problemFailure(JSON.parse(data) as Problem)
        yield { cursor: id, event: JSON.parse(data) as ShownEvent }
      }
    }
  } catch (error) {
    throw error instanceof Failure ? error : lost(daemon, error)
  } finally {
    response.destroy()
  }
}

/** Of one server-sent event; a comment has none. */
const fieldsOf = (block: string): { id?: string; event?: string; data?: string } =>
  Object.fromEntries(
    block.split("\n").flatMap((line) => {
      const colon = line.indexOf(": ")
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2)]] : []
    }),
  )

const lost = (daemon: Address, error: unknown): Failure =>
  new Failure(`The daemon at ${urlOf(daemon)} cannot be reached: ${(error as Error).message}.`, {
    next: ["See how it is: charter status"],
  })

const failureOf = (status: number, text: string): Failure => {
  try {
    return problemFailure(JSON.parse(text) as Problem)
  } catch {
    return new Failure(`The daemon answered with status ${status} and no explanation.`)
  }
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

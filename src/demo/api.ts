/** The few calls that the demo makes, as any program of yours would: REST, a signed delivery, and one WebSocket. */
import { createHmac } from "node:crypto"
import { makeClient } from "../client/client.ts"
import type { AnswerOf, BodyOf, ItemOf } from "../client/operations.ts"
import type { Address } from "../discovery/daemonFile.ts"

export type Answer = AnswerOf<"POST /v1/events">
export type Task = ItemOf<"GET /v1/tasks">

export interface Delivery {
  readonly name: string
  readonly id: string
  readonly payload: unknown
}

export type Api = ReturnType<typeof makeApi>

const PAGE_ROWS = "200"

/** Through the client that is checked by the daemon's own routes. */
export const makeApi = (daemon: Address, token: string) => {
  const { call } = makeClient(daemon, token)
  return {
    publish: (event: BodyOf<"POST /v1/events">) => call("POST /v1/events", { body: event }),
    explain: (id: string) => call("GET /v1/events/{id}/explanation", { params: { id } }),
    vote: (id: string, choice: string, reason: string) =>
      call("POST /v1/proposals/{id}/votes", { params: { id }, body: { choice, reason } }),
    proposal: (id: string) => call("GET /v1/proposals/{id}", { params: { id } }),
    hold: (id: string) => call("GET /v1/holds/{id}", { params: { id } }),
    tasks: async (): Promise<ReadonlyArray<Task>> => {
      const all: Array<Task> = []
      for (let after: string | undefined; ;) {
        const page: AnswerOf<"GET /v1/tasks"> = await call("GET /v1/tasks", { query: { limit: PAGE_ROWS, after } })
        all.push(...page.items)
        if (page.next === undefined) return all
        after = page.next
      }
    },
    token: (identity: string, kind: "human" | "agent") => call("POST /v1/tokens", { body: { identity, kind } }),
    status: () => call("GET /v1/status"),
  }
}

/** Sends a delivery as GitHub does: the signature is over the very bytes of the body. */
export const deliver = async (url: string, secret: string, { name, id, payload }: Delivery): Promise<Answer> => {
  const body = JSON.stringify(payload)
  const response = await fetch(`${url}/v1/webhooks/github`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": name,
      "x-github-delivery": id,
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
  })
  return read<Answer>(response)
}

/** Votes over a WebSocket: says who it is, votes, and waits for the answer to that. */
export const voteOverWebSocket = (
  url: string,
  token: string,
  proposal: string,
  choice: string,
  reason: string,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`)
    const end = (error?: Error): void => {
      socket.close()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.addEventListener("open", () => socket.send(JSON.stringify({ op: "hello", token })))
    socket.addEventListener("error", () => end(new Error("the WebSocket broke off")))
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as {
        readonly op: string
        readonly id?: string
        readonly problem?: { readonly detail?: string }
      }
      if (message.op === "welcome") socket.send(JSON.stringify({ op: "vote", id: "1", proposal, choice, reason }))
      if (message.id === "1")
        end(message.op === "error" ? new Error(message.problem?.detail ?? "the vote was refused") : undefined)
    })
  })

const read = async <A>(response: Response): Promise<A> => {
  const body = (await response.json()) as A & { readonly detail?: string }
  if (!response.ok) throw new Error(`${response.status}: ${body.detail ?? JSON.stringify(body)}`)
  return body
}

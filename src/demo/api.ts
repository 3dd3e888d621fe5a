/** The few calls that the demo makes, as any program of yours would: plain HTTP, and one WebSocket. */
import { createHmac } from "node:crypto"

export interface Answer {
  readonly id: string
  readonly seq: number
  readonly org: string
  readonly verdict: "allow" | "deny" | "hold" | "expired"
  readonly reason?: string
  readonly contracts: ReadonlyArray<string>
  readonly proposals?: ReadonlyArray<string>
  readonly hold?: string
  readonly tasks?: ReadonlyArray<string>
  readonly revision: string
}

export interface Task {
  readonly id: string
  readonly member: string
  readonly event: string
  readonly state: string
  readonly goal?: string
  readonly result?: unknown
}

export interface Delivery {
  readonly name: string
  readonly id: string
  readonly payload: unknown
}

export type Api = ReturnType<typeof makeApi>

/** A request that is answered with anything but success throws with the problem's own words. */
export const makeApi = (url: string, token: string) => {
  const ask = async <A>(method: string, path: string, body?: unknown): Promise<A> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? undefined : { "content-type": "application/json" }),
      },
      ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
    })
    return read<A>(response)
  }
  return {
    publish: (event: {
      readonly type: string
      readonly subject?: string
      readonly org: string
      readonly data?: unknown
    }) => ask<Answer>("POST", "/v1/events", event),
    explain: (id: string) => ask<{ readonly text: string }>("GET", `/v1/events/${id}/explanation`),
    vote: (proposal: string, choice: string, reason: string) =>
      ask<{ readonly state: string }>("POST", `/v1/proposals/${proposal}/votes`, { choice, reason }),
    proposal: (id: string) =>
      ask<{ readonly state: string; readonly deadline: string; readonly votes: ReadonlyArray<unknown> }>(
        "GET",
        `/v1/proposals/${id}`,
      ),
    hold: (id: string) => ask<{ readonly state: string }>("GET", `/v1/holds/${id}`),
    tasks: async (): Promise<ReadonlyArray<Task>> => {
      const all: Array<Task> = []
      for (let after: string | undefined; ;) {
        const page: { readonly items: ReadonlyArray<Task>; readonly next?: string } = await ask(
          "GET",
          `/v1/tasks?limit=200${after === undefined ? "" : `&after=${after}`}`,
        )
        all.push(...page.items)
        if (page.next === undefined) return all
        after = page.next
      }
    },
    token: (identity: string, kind: "human" | "agent") =>
      ask<{ readonly token: string }>("POST", "/v1/tokens", { identity, kind }),
    status: () =>
      ask<{ readonly revision: string; readonly openTasks: number; readonly contracts: number }>("GET", "/v1/status"),
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

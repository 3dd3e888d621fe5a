/** Every kind of identity that a request may come from, and what requests may be about. */
import type { Daemon } from "./daemon.ts"

export const WHO = [
  "none",
  "revoked",
  "expired",
  "operator",
  "human",
  "agent",
  "run",
  "strange human",
  "strange agent",
  "strange run",
  "bridge",
] as const
export type Who = (typeof WHO)[number]

/** Those who are answered alike, unless a table says otherwise. */
export const COLUMNS = ["nobody", "operator", "human", "agent", "run", "stranger", "bridge"] as const

const COLUMN_OF: Readonly<Record<Who, (typeof COLUMNS)[number]>> = {
  none: "nobody",
  revoked: "nobody",
  expired: "nobody",
  operator: "operator",
  human: "human",
  agent: "agent",
  run: "run",
  "strange human": "stranger",
  "strange agent": "stranger",
  "strange run": "stranger",
  bridge: "bridge",
}

export interface Expected {
  /** In the order of {@link COLUMNS}. */
  readonly statuses: ReadonlyArray<number>
  readonly except?: Readonly<Partial<Record<Who, number>>>
}

export const expectedOf = ({ statuses, except = {} }: Expected): Readonly<Record<string, number>> =>
  Object.fromEntries(WHO.map((who) => [who, except[who] ?? statuses[COLUMNS.indexOf(COLUMN_OF[who])]!]))

/** Of everybody with a token; members of the team; the operator alone; ... */
export const ALL = [401, 200, 200, 200, 200, 200, 200]
export const TEAM = [401, 200, 200, 200, 200, 404, 404]
export const INSIDE = [401, 200, 200, 200, 200, 403, 403]
export const OPERATOR = [401, 200, 403, 403, 403, 403, 403]
export const DANA = [401, 403, 200, 403, 403, 404, 404]

export type Tokens = Readonly<Record<Who, string | undefined>>

export const tokensOf = async (daemon: Daemon): Promise<Tokens> => {
  const { operator, dana, zoe, reviewer, stranger, bridge } = daemon.tokens
  return {
    none: undefined,
    revoked: await revokedToken(daemon),
    expired: await expiredToken(daemon),
    operator,
    human: dana,
    agent: reviewer,
    run: await daemon.runToken(),
    "strange human": zoe,
    "strange agent": stranger,
    "strange run": await daemon.runToken("@elsewhere"),
    bridge,
  }
}

/** Dana's; `meanwhile`: what is done with it before it is revoked. */
export const revokedToken = async (
  daemon: Daemon,
  meanwhile: (token: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<string> => {
  const { id, token } = await mint(daemon)
  await meanwhile(token)
  await daemon.call("DELETE", `/v1/tokens/${id}`)
  return token
}

/** Dana's: it was good, and is no longer. */
export const expiredToken = async (daemon: Daemon): Promise<string> => {
  const { token } = await mint(daemon, new Date(Date.now() + 500).toISOString())
  while ((await daemon.call("GET", "/v1/status", { token })).status !== 401);
  return token
}

const mint = async (daemon: Daemon, expires?: string): Promise<{ readonly id: string; readonly token: string }> => {
  const { status, text, json } = await daemon.call("POST", "/v1/tokens", {
    json: { identity: "@dana", kind: "human", expires },
  })
  if (status !== 201) throw new Error(`no token was made: ${text}`)
  return json as { readonly id: string; readonly token: string }
}

/** What is made anew for each request, since some requests end it. */
export const subjectsOf = (daemon: Daemon) => {
  const publish = async (type: string, data?: unknown) => {
    const { json } = await daemon.call("POST", "/v1/events", {
      token: daemon.tokens.dana,
      json: { type, org: "@team", data },
    })
    return json as { id: string; hold?: string; proposals?: ReadonlyArray<string>; tasks?: ReadonlyArray<string> }
  }

  let standing = 0
  let documents = 0
  const write = async (name: string): Promise<string> => {
    await daemon.call("PUT", `/v1/documents/${name}?org=@team`, { json: { text: `the text of ${name}` } })
    return name
  }

  let files = 0
  /** By an agent: it waits for a human of the team, or for the operator. */
  const propose = async (scope: string) => {
    const id = `never-${++files}`
    const text = `contract: ${id}\nscope: "${scope}"\non: ${id}.requested\nthen: deny("never")\n`
    const { reviewer: token } = daemon.tokens
    const { json } = await daemon.call("POST", "/v1/contracts", {
      token,
      json: { files: { [`contracts/${id}.yaml`]: text } },
    })
    return json as { readonly change: string; readonly requests: ReadonlyArray<{ readonly hold?: string }> }
  }

  return {
    none: async () => "",
    event: async () => (await publish("note.taken")).id,
    proposal: async () => (await publish("deploy.requested")).proposals![0]!,
    hold: async () => (await publish("deploy.requested")).hold!,
    task: async () => (await publish("work.requested")).tasks![0]!,
    "dana's task": async () => (await publish("errand.requested")).tasks![0]!,
    agent: async () => {
      await daemon.call("POST", "/v1/agents/reviewer@team/start")
      return "reviewer@team"
    },
    "stopped agent": async () => {
      await daemon.call("POST", "/v1/agents/reviewer@team/stop")
      return "reviewer@team"
    },
    delegation: async () => {
      const json = { org: "@team", to: "erik", on: "never.requested", expires: "2099-01-01T00:00:00Z" }
      const { json: made } = await daemon.call("POST", "/v1/delegations", { token: daemon.tokens.dana, json })
      return (made as { readonly id: string }).id
    },
    /** Each for data of its own: it approves nothing of what the others are about. */
    standing: async () => {
      const token = daemon.tokens.dana
      const terms = { until: new Date(Date.now() + 3_600_000).toISOString(), max: 2 }
      const { proposals } = await publish("deploy.requested", { build: ++standing })
      const json = { choice: "approve", standing: terms }
      await daemon.call("POST", `/v1/proposals/${proposals![0]}/votes`, { token, json })
      const { json: given } = await daemon.call("GET", "/v1/standing", { token })
      return (given as { readonly items: ReadonlyArray<{ readonly id: string }> }).items.at(-1)!.id
    },
    change: async () => (await propose("@team")).change,
    "operator's hold": async () => (await propose("@global")).requests[0]!.hold!,
    "dana's item": async () => {
      await daemon.call("POST", "/v1/channels/general/messages?org=@team", { json: { text: "@dana: look" } })
      const { json } = await daemon.call("GET", "/v1/inbox?limit=1", { token: daemon.tokens.dana })
      return (json as { readonly items: ReadonlyArray<{ readonly id: string }> }).items[0]!.id
    },
    "new document": async () => `document-${++documents}.md`,
    document: () => write(`document-${++documents}.md`),
    resource: async () => {
      const { json } = await daemon.call("GET", `/v1/documents/${await write(`document-${++documents}.md`)}?org=@team`)
      return (json as { readonly hash: string }).hash
    },
    token: async () => {
      const { json } = await daemon.call("POST", "/v1/tokens", { json: { identity: "@erik", kind: "human" } })
      return (json as { readonly id: string }).id
    },
  }
}

export type Subjects = ReturnType<typeof subjectsOf>

/** Every operation of the WebSocket as seen by everybody: as in `identities.test.ts`, for the other door. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Op, ops } from "../../src/http/socket/messages.ts"
import { type Message, openSocket, refusedSocket } from "./client.ts"
import { type Daemon, startDaemon } from "./daemon.ts"
import {
  ALL,
  DANA,
  type Expected,
  expectedOf,
  INSIDE,
  revokedToken,
  type Subjects,
  subjectsOf,
  type Tokens,
  tokensOf,
  type Who,
  WHO,
} from "./everybody.ts"

let daemon: Daemon
let address: string
let tokens: Tokens
let subjects: Subjects

beforeAll(async () => {
  daemon = await startDaemon()
  address = `ws://127.0.0.1:${daemon.port}/v1/ws`
  tokens = await tokensOf(daemon)
  subjects = subjectsOf(daemon)
})
afterAll(() => daemon.stop())

interface Row extends Expected {
  readonly about?: keyof Subjects
  /** `subject`: the id of what {@link about} names. */
  readonly message: (subject: string) => Readonly<Record<string, unknown>>
}

const ballot = {
  about: "proposal",
  message: (proposal: string) => ({ proposal }),
  statuses: [401, 403, 200, 403, 403, 404, 404],
} as const

/** The status of the problem, or 200. */
const TABLE: Readonly<Record<Op, Row>> = {
  hello: { message: () => ({}), statuses: ALL },
  subscribe: { message: () => ({ org: "@team" }), statuses: INSIDE },
  unsubscribe: { message: () => ({}), statuses: [401, 404, 404, 404, 404, 404, 404] },
  publish: {
    message: () => ({ event: { type: "note.taken", org: "@team" } }),
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  vote: { ...ballot, message: (proposal) => ({ proposal, choice: "approve" }) },
  approve: ballot,
  deny: ballot,
  propose: {
    message: () => ({ org: "@team", proposal: { kind: "approval", question: "May I?" } }),
    statuses: [401, 200, 200, 200, 200, 403, 403],
  },
  post: {
    message: () => ({ org: "@team", channel: "general", text: "hello" }),
    statuses: [401, 200, 200, 200, 200, 403, 200],
  },
  inbox: { message: () => ({}), statuses: [401, 403, 200, 200, 200, 200, 403] },
  ack: {
    about: "dana's item",
    message: (item) => ({ items: [item] }),
    statuses: [401, 403, 200, 404, 404, 404, 403],
  },
  complete: { about: "dana's task", message: (task) => ({ task }), statuses: DANA },
  fail: { about: "dana's task", message: (task) => ({ task, error: "no time" }), statuses: DANA },
  progress: { about: "dana's task", message: (task) => ({ task, text: "half of it" }), statuses: DANA },
  ping: { message: () => ({}), statuses: ALL },
}

describe("what each identity is answered", () => {
  it.each(ops)("%s", async (op) => {
    const { about = "none", message } = TABLE[op]
    const answered: Record<string, number> = {}
    for (const who of WHO) answered[who] = await statusOf(who, { op, ...message(await subjects[about]()) })
    expect(answered).toEqual(expectedOf(TABLE[op]))
  })
})

/** Of the answer to the operation, on a connection of its own. A token that is revoked was good when it was opened. */
const statusOf = async (who: Who, message: Message): Promise<number> => {
  const socket = await openSocket(address)
  const answers: Array<Message> = []
  socket.raw.on("message", (data: Buffer) => answers.push(JSON.parse(data.toString("utf8")) as Message))
  if (who === "expired") {
    socket.send({ op: "hello", token: tokens.expired })
    socket.send(message)
    await socket.closed
    return Math.max(...answers.map(statusIn))
  }
  const hello = async (token: string): Promise<void> => {
    expect(await socket.ask({ op: "hello", token })).toMatchObject({ op: "welcome" })
  }
  if (who === "revoked") await revokedToken(daemon, hello)
  else if (who !== "none") await hello(tokens[who]!)
  const status = statusIn(await socket.ask(message))
  if (status === 401) expect(await socket.closed).toMatchObject({ code: 1008 })
  else await socket.close()
  return status
}

const statusIn = ({ op, problem }: Message): number =>
  op === "error" ? (problem as { readonly status: number }).status : 200

describe("an upgrade", () => {
  it("is refused whose token is no longer good, and taken from everybody else", async () => {
    const answered: Record<string, number> = {}
    for (const who of WHO) {
      const token = tokens[who]
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      if (who === "revoked" || who === "expired") answered[who] = await refusedSocket(address, headers)
      else {
        await (await openSocket(address, headers)).close()
        answered[who] = 101
      }
    }
    const expected = { statuses: WHO.map(() => 101), except: { revoked: 401, expired: 401 } }
    expect(answered).toEqual(expectedOf(expected))
  })
})

import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest"
import type { HoldView, ProposalView } from "../log/Projections.ts"
import type { Status } from "../service/views/daemon.ts"
import type { PublishAnswer } from "../service/views/events.ts"
import { VERSION } from "../version.ts"
import { type Client, makeClient } from "./client.ts"
import { AnswerUnknown, CallRefused, DaemonLost } from "./errors.ts"

let server: Server
let client: Client
/** What came in, and what is answered. */
const asked: Array<{ readonly line: string; readonly headers: object; readonly body: string }> = []
let answer: { readonly status?: number; readonly headers?: Record<string, string>; readonly body: string }

beforeEach(async () => {
  asked.length = 0
  server = createServer(async (incoming, outgoing) => {
    let body = ""
    for await (const chunk of incoming.setEncoding("utf8")) body += String(chunk)
    asked.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body })
    outgoing.writeHead(answer.status ?? 200, { "charter-version": VERSION, ...answer.headers }).end(answer.body)
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  client = makeClient({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }, "a-token")
})
afterEach(() => new Promise((resolve) => void server.close(resolve)))

describe("a call", () => {
  it("is what the daemon's table of routes says, or it does not compile", () => {
    expectTypeOf(client.call<"GET /v1/holds/{id}">).returns.resolves.toExtend<HoldView>()
    expectTypeOf(client.call<"POST /v1/events">).returns.resolves.toExtend<PublishAnswer>()
    expectTypeOf(client.call<"GET /v1/proposals/{id}">).returns.resolves.toExtend<ProposalView>()
    expectTypeOf(client.call<"GET /v1/status">).returns.resolves.toEqualTypeOf<Status>()
    const wrong = () => [
      // @ts-expect-error there is no such operation
      client.call("GET /v1/hold/{id}", { params: { id: "h" } }),
      // @ts-expect-error a parameter of the path is missing
      client.call("GET /v1/holds/{id}"),
      // @ts-expect-error no state of a hold
      client.call("GET /v1/holds", { query: { state: "open" } }),
      // @ts-expect-error a body without its choice
      client.call("POST /v1/proposals/{id}/votes", { params: { id: "p" }, body: { reason: "fine" } }),
      // @ts-expect-error nothing reads If-Match here
      client.call("GET /v1/documents/{name}", { params: { name: "plan.md" }, ifMatch: "1" }),
    ]
    expect(wrong).toBeTypeOf("function")
  })

  it("fills the path, the query and the body", async () => {
    answer = { body: '{"items":[]}' }
    await client.call("GET /v1/events", { query: { type: ["a.*", "b.c"], org: undefined, limit: "2" } })
    await client.call("PUT /v1/documents/{name}", { params: { name: "a/b c" }, body: { text: "é" }, ifMatch: "3" })
    await client.call("POST /v1/shutdown")
    expect(asked.map(({ line, body }) => [line, body])).toEqual([
      ["GET /v1/events?type=a.*&type=b.c&limit=2", ""],
      ["PUT /v1/documents/a%2Fb%20c", '{"text":"é"}'],
      ["POST /v1/shutdown", "{}"],
    ])
    expect(asked[1]!.headers).toMatchObject({ "if-match": '"3"', authorization: "Bearer a-token" })
  })

  it("fails with what was refused, with what is no answer, and where nobody answers", async () => {
    const problem = { type: "urn:charter:problem:hold-unknown", title: "Not found", status: 404, detail: "no hold" }
    answer = { status: 404, body: JSON.stringify(problem) }
    const call = () => client.call("GET /v1/holds/{id}", { params: { id: "h" } })
    await expect(call()).rejects.toEqual(new CallRefused(problem))
    answer = { status: 502, body: "<html>" }
    await expect(call()).rejects.toBeInstanceOf(AnswerUnknown)
    answer = { body: "<html>" }
    await expect(call()).rejects.toBeInstanceOf(AnswerUnknown)
    const nobody = makeClient({ host: "127.0.0.1", port: 1 }, "t")
    await expect(nobody.call("GET /v1/status")).rejects.toBeInstanceOf(DaemonLost)
  })

  it("holds what another version answers to what it understands", async () => {
    const token = { id: "tok_1", identity: "dana", kind: "human", created: "2026-01-01T00:00:00.000Z" }
    const revoke = () => client.call("DELETE /v1/tokens/{id}", { params: { id: "tok_1" } })
    const headers = { "charter-version": "99.0.0" }
    answer = { headers, body: JSON.stringify({ ...token, novelty: true }) }
    await expect(revoke()).resolves.toMatchObject({ identity: "dana", novelty: true })
    answer = { headers, body: JSON.stringify({ ...token, created: 0 }) }
    await expect(revoke()).rejects.toThrow("the daemon has version 99.0.0")
  })
})

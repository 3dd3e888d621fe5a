/** Who may call the daemon by which name, and which pages may: what an operator behind a proxy sets. */
import { afterAll, beforeAll, expect, it } from "vitest"
import { callNode } from "../http/client.ts"
import { OperatedDaemon, TEAM } from "./OperatedDaemon.ts"

let daemon: OperatedDaemon
beforeAll(async () => {
  daemon = await OperatedDaemon.start(
    { "organizations/team.yaml": TEAM },
    { CHARTER_HOSTS: "charter.example, Other.example", CHARTER_ORIGINS: "https://pages.example" },
  )
})
afterAll(() => daemon.close())

it.each([
  ["charter.example", undefined, 200],
  ["other.example:443", undefined, 200],
  ["localhost", undefined, 200],
  ["charter.example", "https://charter.example", 200],
  ["localhost", "https://pages.example", 200],
  ["evil.example", undefined, 403],
  ["charter.example", "https://evil.example", 403],
])("the name %s, a page of %s: %i", async (host, origin, status) => {
  const answer = await callNode({
    port: Number(new URL(daemon.url).port),
    path: "/v1/status",
    headers: { host, authorization: `Bearer ${daemon.token}`, ...(origin === undefined ? {} : { origin }) },
  })
  expect(answer.status).toBe(status)
})

/** Humans become members, and agents come and go, by changes of the organization's file. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Household } from "../support/Household.ts"
import { approve, ended, FILES, TEAM } from "./people.ts"
import type { ChangeView } from "../../src/service/views/changes.ts"
import type { JoinAnswer } from "../../src/service/views/joining.ts"

let house: Household
beforeEach(async () => {
  house = await Household.open(FILES)
})
afterEach(() => house.close())

const FILE = "organizations/team.yaml"
type Joined = JoinAnswer & { readonly type?: string }

const join = async (json: object, as?: string): Promise<Joined & { readonly status: number }> => {
  const token = as === undefined ? undefined : await house.token(as)
  const { status, json: answer } = await house.daemon.call("POST", "/v1/organizations/@team/join", {
    ...("link" in json ? { token: undefined } : token === undefined ? {} : { token }),
    json,
  })
  return { ...(answer as Joined), status }
}
const link = async (json: object = {}): Promise<string> => {
  const { json: made } = await house.daemon.call("POST", "/v1/organizations/@team/links", { json })
  return (made as { readonly link: string }).link
}
const whoIs = async (token: string) => (await house.daemon.call("GET", "/v1/identity", { token })).json

describe("joining", { timeout: 60_000 }, () => {
  it("by the operator adds a line to the file, and gives the person a token", async () => {
    const answer = await join({ name: "@fred", roles: ["lead"] })
    expect(answer).toMatchObject({ status: 200, joined: true, member: "fred" })
    expect(house.read(FILE)).toBe(TEAM.replace("# writes\n", "# writes\n  - { human: fred, roles: [lead] }\n"))
    expect(await whoIs(answer.token!.token)).toMatchObject({ kind: "human", name: "fred" })
    expect((await house.events("member.joined")).map(({ data }) => data)).toMatchObject([{ member: "fred" }])
    expect(await join({ name: "fred" })).toMatchObject({ joined: true, token: {} })
    expect((await join({ name: "coder" })).status).toBe(409)
    expect((await join({ name: "operator" })).status).toBe(409)
    expect((await house.inspect()).violations).toEqual([])
  })

  it("by a link works once, and makes nobody somebody else", async () => {
    const secret = await link({ roles: ["guest"] })
    expect((await join({ name: "hugo", link: secret })).type).toBe("urn:charter:problem:name-taken")
    expect(await join({ name: "ivan", link: secret })).toMatchObject({ joined: true, token: {} })
    expect(house.read(FILE)).toContain("- { human: ivan, roles: [guest] }")
    expect((await join({ name: "ivan", link: secret })).type).toBe("urn:charter:problem:link-used")
    const mine = await link({ name: "hugo" })
    expect((await join({ name: "judy", link: mine })).status).toBe(403)
    expect((await house.daemon.call("GET", "/v1/status", { token: mine })).status).toBe(401)
    expect(await join({ name: "hugo", link: mine })).toMatchObject({ joined: true })
    expect((await join({ name: "x", link: "charter_guess" })).status).toBe(401)
  })

  it("by an agent, or by a stranger for himself, waits for a human", async () => {
    const asked = await join({ name: "kate" }, "coder@team")
    expect(asked).toMatchObject({ status: 202, joined: false, request: { contracts: ["charter/changes"] } })
    const again = await join({ name: "kate" }, "coder@team")
    expect(again.request!.id).toBe(asked.request!.id)
    await house.vote(asked.request!.proposals![0]!, "@erin", "approve")
    await house.until(async () => (await house.events("contract.changed")).length === 1)
    expect(house.read(FILE)).toContain("- { human: kate }")
    expect(await join({ name: "kate" }, "coder@team")).toMatchObject({ joined: true })
    expect(await join({ name: "hugo" }, "@hugo")).toMatchObject({ status: 202, joined: false })
    expect((await join({ name: "liam" }, "@hugo")).status).toBe(403)
  })

  it("survives a kill -9 between the file and its record", async () => {
    await house.restart({ fault: "written:1" })
    await join({ name: "mona" }).catch(() => undefined)
    await house.daemon.ended
    await house.start()
    await house.until(async () => (await house.events("contract.changed")).length === 1)
    expect(await join({ name: "mona" })).toMatchObject({ joined: true, token: {} })
    expect(house.read(FILE)!.match(/mona/g)).toHaveLength(1)
    expect((await house.inspect()).violations).toEqual([])
  })
})

describe("an agent", { timeout: 60_000 }, () => {
  const ask = async (method: string, path: string, as: string | undefined, json?: object) => {
    const token = as === undefined ? undefined : await house.token(as)
    const reply = await house.daemon.call(method, path, {
      ...(token === undefined ? {} : { token }),
      ...(json === undefined ? {} : { json }),
    })
    return { ...(reply.json as ChangeView), status: reply.status }
  }

  it("comes, changes and goes in the file, whose comments stay", async () => {
    const executor = { kind: "command", run: ["./review.sh"] }
    const made = await ask("POST", "/v1/agents", "coder@team", { name: "reviewer", executor, prompt: "Look." })
    expect(made).toMatchObject({ status: 202, state: "waiting", members: { added: ["reviewer@team"] } })
    // What is executed is not hers to let through.
    expect(await approve(house, made, "@team", "@dana")).toBe(403)
    await house.daemon.call("POST", `/v1/holds/${made.requests[0]!.hold}/accept`, { json: {} })
    expect(await ended(house, made.change)).toMatchObject({ state: "changed" })
    expect(house.read(FILE)).toContain(
      "  - agent: reviewer\n    executor:\n      kind: command\n      run: [./review.sh]\n",
    )
    const path = "/v1/agents/reviewer?org=@team"
    expect(await ask("PUT", path, "@dana", { prompt: "Look twice.", executor: null })).toMatchObject({
      state: "changed",
    })
    expect(house.read(FILE)).toContain("prompt: Look twice.")
    expect(await ask("DELETE", path, "@dana")).toMatchObject({
      state: "changed",
      members: { removed: ["reviewer@team"] },
    })
    expect(house.read(FILE)).toContain("# Who decides here.")
    expect(house.read(FILE)).not.toContain("reviewer")
    expect((await ask("DELETE", path, "@dana")).status).toBe(404)
  })
})

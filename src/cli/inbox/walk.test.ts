import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import type { Client } from "../client.ts"
import { Failure } from "../failure.ts"
import type { Terminal } from "./terminal.ts"
import type { Waiting } from "./waiting.ts"
import { walk } from "./walk.ts"

type Proposal = Waiting["proposals"][number]
type Item = Waiting["items"][number]

const proposal = (id: string, more: Partial<Proposal> = {}): Proposal => ({
  id,
  org: "@team",
  hold: `h-${id}`,
  contract: "@team/rule",
  version: "v",
  revision: "r",
  effect: 0,
  kind: "votes",
  question: `May ${id} happen?`,
  electorate: [{ name: "dana", kind: "human", weight: 1 }],
  resolution: { kind: "approvals", approvals: 1 },
  otherwise: "deny",
  opened: "2026-01-01T00:00:00.000Z",
  deadline: "2099-01-01T00:00:00.000Z",
  digest: `digest of ${id}`,
  requester: "coder",
  state: "active",
  votes: [],
  ...more,
})

const item = (id: string): Item => ({
  id,
  org: "@team",
  member: "dana",
  kind: "mention",
  message: `m-${id}`,
  channel: "general",
  from: "erin",
  fromkind: "human",
  text: `@dana, see ${id}`,
  at: "2026-01-01T00:00:00.000Z",
  state: "new",
})

/** Presses these keys, one after the other; what is longer than one character is typed as a line, `escape` leaves it. */
const walkThrough = async (
  keys: ReadonlyArray<string>,
  proposals: ReadonlyArray<Proposal>,
  items: ReadonlyArray<Item> = [],
  client: Readonly<Record<string, (...given: ReadonlyArray<never>) => Promise<unknown>>> = {},
) => {
  const left = [...keys]
  const printed: Array<string> = []
  const done: Array<unknown> = []
  const record =
    (what: string, answer: unknown) =>
    async (...given: ReadonlyArray<unknown>) => {
      done.push([what, ...given])
      return answer
    }
  const terminal: Terminal = {
    screen: () => ({ columns: 80, rows: 40 }),
    print: (text) => void printed.push(stripVTControlCharacters(text)),
    key: async () => left.shift()!,
    line: async () => {
      const line = left.shift()!
      return line === "escape" ? undefined : line
    },
    page: (text) => void printed.push(stripVTControlCharacters(text)),
    close: () => {},
  }
  const fake = {
    hold: async (id: string) => ({
      id,
      event: "e-1",
      org: "@team",
      source: "s",
      state: "released",
      type: "deploy.requested",
      requester: { name: "coder" },
    }),
    event: async () => ({
      id: "e-1",
      type: "deploy.requested",
      actor: "coder",
      org: "@team",
      source: "s",
      data: { a: Array.from({ length: 200 }, (_, n) => n) },
    }),
    contract: async () => ({
      name: "@team/rule",
      description: "Rule\n  When\n      it happens\n    - it waits",
      file: "c.yaml",
      line: 3,
    }),
    explain: async () => ({ text: "the explanation" }),
    vote: record("vote", proposal("p", { state: "succeeded" })),
    markInbox: record("mark", { items: [] }),
    completeTask: record("complete", { state: "completed" }),
    failTask: record("fail", { state: "failed" }),
    publish: record("publish", { verdict: "allow" }),
    messages: async () => ({ items: [] }),
    ...client,
  }
  let looks = 0
  await walk(fake as never as Client, terminal, async () => {
    looks++
    return { me: "dana", proposals, items }
  })
  expect(left).toEqual([])
  return { text: printed.join("\n"), done, looks }
}

describe("the walk through an inbox", () => {
  it("shows each question with its rule and its place, and votes on the very action that was shown", async () => {
    const { text, done } = await walkThrough(
      ["a", "fine", "D", " ", "b", ""],
      ["p-1", "p-2", "p-3"].map((id) => proposal(id)),
    )
    expect(text).toContain("─── 1 of 3 ───\nMay p-1 happen?\nwho asks  coder in @team\n")
    expect(text).toContain("what      deploy.requested by coder e-1\n")
    expect(text).toContain(
      "rule      When it happens\n            - it waits\n          @team/rule\n          c.yaml:3\n",
    )
    expect(text).toContain("You have approved. deploy.requested of coder is let through.")
    expect(text).toMatch(/3 done\. Nothing waits for you any more\.$/)
    expect(done).toEqual([
      ["vote", "p-1", { choice: "approve", digest: "digest of p-1", reason: "fine" }],
      ["vote", "p-2", { choice: "deny", digest: "digest of p-2" }],
      ["vote", "p-3", { choice: "abstain", digest: "digest of p-3" }],
    ])
  })

  it("does nothing for a key that does nothing, for Escape, and for what is skipped or left", async () => {
    const { text, done } = await walkThrough(["x", "a", "escape", "s", "q"], [proposal("p-1"), proposal("p-2")])
    expect(done).toEqual([])
    expect(text).toMatch(/One thing waits on: charter inbox$/)
    expect((await walkThrough(["s"], [proposal("p-1")])).text).toMatch(/0 done\. 1 skipped; it waits on\.$/)
  })

  it("shows the whole on demand", async () => {
    const { text } = await walkThrough(["o", "s"], [proposal("p-1")])
    expect(text).toMatch(/… \d+ lines more; o shows them/)
    expect(text).toContain("            199\n")
    expect(text).toContain("the explanation")
  })

  it("offers the options of an election by number", async () => {
    const election = proposal("p-1", { resolution: { kind: "plurality", options: ["red", "blue"] } })
    const { text, done } = await walkThrough(["2", ""], [election])
    expect(text).toContain("1 red   2 blue   b abstain   s skip   o open   q quit")
    expect(done).toEqual([["vote", "p-1", { choice: "blue", digest: "digest of p-1" }]])
  })

  it("says what is refused, and asks again", async () => {
    const vote = () => Promise.reject(new Failure("It has been decided already."))
    const { text } = await walkThrough(["a", "", "s"], [proposal("p-1")], [], { vote })
    expect(text).toContain("It has been decided already.\na approve")
  })

  it("offers a reply to those only whom it can reach", async () => {
    const direct = Object.fromEntries(Object.entries(item("i-1")).filter(([key]) => key !== "channel")) as Item
    const keys = async (more: Partial<Item>) => (await walkThrough(["r", "s"], [], [{ ...direct, ...more }])).text
    const typed = await walkThrough(["r", "escape", "s"], [], [{ ...direct, fromkind: "agent" }])
    expect(typed.text).toContain("r reply")
    for (const fromkind of ["operator", "system", "external"] as const)
      expect(await keys({ fromkind, from: "operator" })).not.toContain("r reply")
    expect((await walkThrough(["s"], [], [{ ...item("i-1"), fromkind: "operator" }])).text).toContain("r reply")
  })

  it("acknowledges and answers messages, where they were said", async () => {
    const { text, done } = await walkThrough(["k", "r", "on my way"], [], [item("i-1"), item("i-2")])
    expect(text).toContain("erin mentions you in #general @team")
    expect(done).toMatchObject([
      ["mark", ["i-1"], "seen"],
      ["mark", ["i-1"], "acknowledged"],
      ["mark", ["i-2"], "seen"],
      ["publish", { type: "message.send.requested", org: "@team", data: { channel: "general", text: "on my way" } }],
      ["mark", ["i-2"], "acknowledged"],
    ])
  })

  it("completes and fails what was handed to a human, and says what came out", async () => {
    const tasks = ["t-1", "t-2"].map((task) => ({ ...item(`of ${task}`), kind: "message" as const, task }))
    const { text, done } = await walkThrough(["c", "shipped", "f", "", "f", "no access"], [], tasks)
    expect(text).toContain("c complete   f fail   k acknowledge")
    expect(done.filter((one) => (one as [string])[0] !== "mark")).toEqual([
      ["complete", "t-1", { result: "shipped" }],
      ["fail", "t-2", { error: "no access" }],
    ])
  })

  it("says where there is nothing", async () => {
    expect((await walkThrough([], [])).text).toBe(
      "Nothing waits for you, dana. What has been: charter inbox list --all",
    )
  })
})

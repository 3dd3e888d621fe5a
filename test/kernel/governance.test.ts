/** What contract tests have no step for: delegations, and approvals that stand for the same kind of event. */
import { beforeEach, describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Actor } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Command } from "../../src/kernel/command.ts"
import type { Definitions } from "../../src/kernel/definitions.ts"
import { evolve } from "../../src/kernel/evolve.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const RULES = `
organization: "@team"
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { human: fred }
  - { agent: coder }
---
contract: two-of-three
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, within: 1d, same: [$.service] }
---
contract: one-is-enough
scope: "@team"
on: restart.requested
then: require_approval(org.humans)
`
const HOUR = 3_600_000
const coder: Actor = { name: "coder", kind: "agent", roles: [] }
const human = (name: string): Actor => ({ name, kind: "human", roles: [] })

let definitions: Definitions
let state: OrganizationState
let now: number
let ids = 0

beforeEach(() => {
  definitions = definitionsFrom(RULES)
  state = emptyState("@team")
  now = Date.UTC(2026, 10, 20, 9)
})

const at = (): string => new Date(now).toISOString()
const execute = (command: Command) => new Turn(state, definitions, now).execute(command)
const publish = (type: string, data: unknown = {}) => {
  const answer = execute({
    kind: "publish",
    event: { id: `e${++ids}`, source: "s", type, org: "@team", actor: coder, data },
  })
  if (isRefusal(answer)) throw new Error(answer.message)
  return answer.decision!
}
const vote = (by: string, proposal: string, choice = "approve", standing?: { until: string; max: number }) =>
  execute({ kind: "vote", proposal, by: human(by), choice, ...(standing === undefined ? undefined : { standing }) })
const delegate = (from: string, to: string, on = "**", expires = new Date(now + HOUR).toISOString()) =>
  execute({ kind: "delegate", by: human(from), to, on, expires })
const isHeld = (hold: string | undefined): boolean => state.holds.has(hold!)

describe("a delegation", () => {
  it("makes one vote count for two", () => {
    delegate("erin", "dana")
    const { hold, proposals } = publish("deploy.requested")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(false)
  })

  it("also when it comes after the vote", () => {
    const { hold, proposals } = publish("deploy.requested")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(true)
    delegate("erin", "dana")
    expect(isHeld(hold)).toBe(false)
  })

  it("leads on from one to the next", () => {
    delegate("erin", "fred")
    delegate("fred", "dana")
    const { hold, proposals } = publish("deploy.requested")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(false)
  })

  it("is overridden by a vote of one's own", () => {
    delegate("erin", "dana")
    const { hold, proposals } = publish("deploy.requested")
    vote("erin", proposals![0]!, "deny")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(true)
    vote("fred", proposals![0]!)
    expect(isHeld(hold)).toBe(false)
  })

  it("that leads in a circle abstains", () => {
    delegate("erin", "fred")
    delegate("fred", "erin")
    const { hold, proposals } = publish("deploy.requested")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(false)
    expect(state.proposals.size).toBe(0)
  })

  it("is for its pattern alone, ends with its time, and can be taken back", () => {
    const made = delegate("erin", "dana", "restart.*")
    const { hold, proposals } = publish("deploy.requested")
    vote("dana", proposals![0]!)
    expect(isHeld(hold)).toBe(true)
    const { id } = (isRefusal(made) ? undefined : made.event)!.data as BuiltinData["delegation.created"]
    expect(isRefusal(execute({ kind: "revokeDelegation", id, by: human("fred") }))).toBe(true)
    expect(isRefusal(execute({ kind: "revokeDelegation", id, by: human("erin") }))).toBe(false)
    delegate("erin", "dana", "deploy.*", new Date(now + 1_000).toISOString())
    expect(isHeld(hold)).toBe(false)
    const second = publish("deploy.requested")
    now += 1_000
    vote("dana", second.proposals![0]!)
    expect(isHeld(second.hold)).toBe(true)
  })

  it.each([
    ["to oneself", () => delegate("erin", "erin"), "delegate-unknown"],
    ["to an agent", () => delegate("erin", "coder"), "delegate-unknown"],
    ["into the past", () => delegate("erin", "dana", "**", at()), "expires-past"],
    [
      "by an agent",
      () => execute({ kind: "delegate", by: coder, to: "dana", on: "**", expires: "2099-01-01T00:00:00Z" }),
      "not-a-human-member",
    ],
    ["for what is no pattern", () => delegate("erin", "dana", "a b"), "pattern-malformed"],
  ])("%s is refused", (_, attempt, type) => {
    expect(attempt()).toMatchObject({ refused: true, type })
    expect(state.delegations.size).toBe(0)
  })
})

describe("a standing approval", () => {
  const terms = (max = 2) => ({ until: new Date(now + 2 * HOUR).toISOString(), max })
  const begin = (max?: number): void => {
    const { proposals } = publish("deploy.requested", { service: "web", build: 1 })
    vote("dana", proposals![0]!, "approve", terms(max))
    vote("erin", proposals![0]!)
  }

  it("is that voter's vote again, and nobody else's", () => {
    begin()
    const { hold, proposals } = publish("deploy.requested", { service: "web", build: 2 })
    expect([...state.proposals.get(proposals![0]!)!.votes.keys()]).toEqual(["dana"])
    expect(isHeld(hold)).toBe(true)
    vote("erin", proposals![0]!)
    expect(isHeld(hold)).toBe(false)
  })

  it("lets through at once what needs one approval", () => {
    const first = publish("restart.requested", { node: 1 })
    vote("dana", first.proposals![0]!, "approve", terms())
    expect(isHeld(publish("restart.requested", { node: 1 }).hold)).toBe(false)
    expect(isHeld(publish("restart.requested", { node: 2 }).hold)).toBe(true)
  })

  it("ends with its cap, and each use is recorded", () => {
    begin(2)
    const uses = [2, 3, 4].map(
      (build) => state.proposals.get(publish("deploy.requested", { service: "web", build }).proposals![0]!)!.votes,
    )
    expect(uses.map((votes) => votes.get("dana")?.bystanding)).toEqual([
      expect.any(String),
      expect.any(String),
      undefined,
    ])
  })

  it("is for the same kind alone: another service, requester or time is another", () => {
    begin()
    const other = publish("deploy.requested", { service: "mail" })
    expect(state.proposals.get(other.proposals![0]!)!.votes.size).toBe(0)
    now += 2 * HOUR
    const late = publish("deploy.requested", { service: "web" })
    expect(state.proposals.get(late.proposals![0]!)!.votes.size).toBe(0)
  })

  it("ends with a new version of the contract, and with another electorate", () => {
    begin()
    definitions = definitionsFrom(RULES.replace("within: 1d", "within: 2d"))
    expect(state.proposals.get(publish("deploy.requested", { service: "web" }).proposals![0]!)!.votes.size).toBe(0)
    definitions = definitionsFrom(RULES.replace("  - { human: fred }\n", ""))
    expect(state.proposals.get(publish("deploy.requested", { service: "web" }).proposals![0]!)!.votes.size).toBe(0)
  })

  const givenBy = (by: string): string => [...state.standing.values()].findLast((one) => one.by === by)?.id ?? "none"
  const takeBack = (by: Actor, id: string) => execute({ kind: "revokeStanding", by, id })
  const votesOn = (service: string): ReadonlyArray<string> => {
    const { proposals } = publish("deploy.requested", { service })
    return [...state.proposals.get(proposals![0]!)!.votes.keys()]
  }

  it("can be taken back by who gave it: nothing more is approved by it, and what it has approved stays", () => {
    begin()
    const open = publish("deploy.requested", { service: "web" })
    const id = givenBy("dana")
    expect(takeBack(human("dana"), id)).toMatchObject({
      event: { type: "approval.revoked", actor: { name: "dana" }, data: { id, elector: "dana" } },
    })
    expect(state.standing.size).toBe(0)
    expect(votesOn("web")).toEqual([])
    vote("erin", open.proposals![0]!)
    expect(isHeld(open.hold)).toBe(false)
  })

  it("is taken back alone: those of others, and others of the same voter, stand", () => {
    begin()
    const first = givenBy("dana")
    const mail = publish("deploy.requested", { service: "mail" })
    vote("dana", mail.proposals![0]!, "approve", terms())
    vote("erin", mail.proposals![0]!, "approve", terms())
    takeBack(human("dana"), first)
    expect(votesOn("web")).toEqual([])
    expect(publish("deploy.requested", { service: "mail" }).hold).not.toSatisfy(isHeld)
  })

  it("is taken back by an operator, too, and an agent takes back its own", () => {
    begin()
    const root: Actor = { name: "operator", kind: "operator", roles: [] }
    expect(takeBack(root, givenBy("dana"))).toMatchObject({
      event: { actor: { kind: "operator" }, data: { elector: "dana" } },
    })
    definitions = definitionsFrom(RULES.replace("from: org.humans, within: 1d", "from: org.members, within: 1d"))
    const asked = execute({
      kind: "publish",
      event: { id: "e0", source: "s", type: "deploy.requested", org: "@team", actor: human("fred"), data: {} },
    })
    const [proposal = ""] = (isRefusal(asked) ? undefined : asked.decision?.proposals) ?? []
    execute({ kind: "vote", proposal, by: coder, choice: "approve", standing: terms() })
    expect(isRefusal(takeBack(coder, givenBy("coder")))).toBe(false)
    expect(state.standing.size).toBe(0)
  })

  it.each([
    ["by another member", () => takeBack(human("erin"), givenBy("dana")), "not-the-approver"],
    [
      "by what is not a member and has the name",
      () => takeBack({ name: "dana", kind: "external", roles: [] }, givenBy("dana")),
      "not-the-approver",
    ],
    ["that there is not", () => takeBack(human("dana"), "team-999"), "standing-unknown"],
    [
      "a second time",
      () => {
        const id = givenBy("dana")
        takeBack(human("dana"), id)
        return takeBack(human("dana"), id)
      },
      "standing-unknown",
    ],
    [
      "when its time is up",
      () => {
        now += 2 * HOUR
        return takeBack(human("dana"), givenBy("dana"))
      },
      "standing-unknown",
    ],
    [
      "when it is used up",
      () => {
        const id = givenBy("dana")
        for (const build of [1, 2]) publish("deploy.requested", { service: "web", build })
        return takeBack(human("dana"), id)
      },
      "standing-unknown",
    ],
  ])("taken back %s is refused", (_, attempt, type) => {
    begin()
    expect(attempt()).toMatchObject({ refused: true, type })
  })

  it("that was taken back is so in the log alone, and in a snapshot from before", () => {
    const records: Array<LogRecord> = []
    const keep = (command: Command) => {
      const turn = new Turn(state, definitions, now)
      turn.execute(command)
      records.push(...turn.records)
    }
    begin()
    const before = encodeState(state)
    keep({ kind: "revokeStanding", by: human("dana"), id: givenBy("dana") })
    const read = decodeState(before)
    expect([...read.standing.keys()]).toHaveLength(1)
    for (const record of records) evolve(read, definitions, record)
    expect(encodeState(read)).toBe(encodeState(state))
    expect(decodeState(encodeState(state)).standing.size).toBe(0)
  })

  it.each([
    ["with a no", "deny", () => terms()],
    ["without a cap", "approve", () => terms(0)],
    ["for years", "approve", () => ({ until: "2099-01-01T00:00:00Z", max: 1 })],
  ])("%s is refused", (_, choice, given) => {
    const { proposals } = publish("deploy.requested", { service: "web" })
    expect(vote("dana", proposals![0]!, choice, given())).toMatchObject({ refused: true, type: "standing-malformed" })
  })
})

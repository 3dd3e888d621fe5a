/** Rules that feed themselves come to an end, in one commit and over time: then a human of the organization is asked. */
import { beforeEach, describe, expect, it } from "vitest"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import type { Actor } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import {
  MAX_DEPTH,
  MAX_DERIVED_REQUESTS_PER_TURN,
  MAX_HOPS,
  MAX_OPEN_HOLDS,
  MAX_WAITING,
} from "../../src/kernel/bounds.ts"
import type { Command } from "../../src/kernel/command.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { definitionsFrom } from "../support/definitions.ts"

const TEAM = `
organization: "@team"
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { agent: coder }
`
const HOUR_MS = 3_600_000
const coder: Actor = { name: "coder", kind: "agent", roles: [] }
const human = (name: string): Actor => ({ name, kind: "human", roles: [] })
/** More timers than this in a row are no end. */
const MAX_TIMERS = 200

let state: OrganizationState
let now: number
let log: Array<LogRecord>
beforeEach(() => {
  state = emptyState("@team")
  now = Date.UTC(2026, 10, 20, 9)
  log = []
})

const underRules = (...contracts: ReadonlyArray<string>) => {
  const definitions = definitionsFrom([TEAM, ...contracts].join("---\n"))
  const execute = (command: Command): ReadonlyArray<LogRecord> => {
    const turn = new Turn(state, definitions, now)
    const answer = turn.execute(command)
    if (isRefusal(answer)) throw new Error(answer.message)
    for (const record of turn.records) log.push(record)
    return turn.records
  }
  const ask = (type: string) =>
    execute({ kind: "publish", event: { id: `e${log.length}`, source: "s", type, org: "@team", actor: coder } })
  /** From timer to timer, while `goesOn`; false where it had no end. */
  const untilQuiet = (goesOn: () => boolean = () => true): boolean => {
    for (let timers = 0; timers < MAX_TIMERS; timers++) {
      if (!Number.isFinite(state.nextTimer) || !goesOn()) return true
      now = Math.max(now, state.nextTimer)
      execute({ kind: "tick" })
    }
    return false
  }
  /** As the mailbox does where one commit has not held all that was decided; false where it had no end. */
  const reviewed = (): boolean => {
    for (let turns = 0; turns < MAX_TIMERS; turns++) {
      const turn = new Turn(state, definitions, now)
      const more = turn.catchUp(true, true)
      log.push(...turn.records)
      if (!more) return true
    }
    return false
  }
  return { execute, ask, untilQuiet, reviewed }
}

const ofType = (type: string): ReadonlyArray<LogRecord> => log.filter(({ event }) => event.type === type)
/** Is somebody asked because a bound has been reached? */
const askedAtBound = (): boolean => ofType("proposal.opened").some(({ event }) => byBound(event.data))
const byBound = (data: unknown): boolean => (data as BuiltinData["proposal.opened"]).contract === "charter/bounds"

describe("in one commit", () => {
  it("what a denial emits is denied again only so often, and then nothing more is said", () => {
    const { ask } = underRules(`contract: no-echo
scope: "@team"
on: echo.requested
then:
  - deny: no echo
  - emit: { type: echo.requested, upon: deny }
`)
    ask("echo.requested")
    const asked = ofType("echo.requested")
    expect(asked.map(({ decision }) => decision?.verdict)).toEqual(asked.map(() => "deny"))
    expect(asked.map(({ event }) => event.depth ?? 0)).toEqual(Array.from({ length: MAX_DEPTH + 2 }, (_, at) => at))
    expect(asked.map(({ decision }) => decision?.emits)).toEqual([
      ...Array.from({ length: MAX_DEPTH + 1 }, () => ["echo.requested"]),
      undefined,
    ])
    expect(ofType("bound.exceeded").map(({ event }) => event.data)).toEqual([
      { bound: "depth", max: MAX_DEPTH, event: asked.at(-1)!.event.id },
    ])
  })

  it("many denials that emit are a crowd before they are deep", () => {
    const { ask } = underRules(`contract: no-echoes
scope: "@team"
on: echo.requested
then:
  - deny: no echo
  - emit: { type: echo.requested, upon: deny }
  - emit: { type: echo.requested, upon: deny }
`)
    ask("echo.requested")
    expect(ofType("echo.requested").length).toBeLessThan(200)
    expect(ofType("bound.exceeded").map(({ event }) => event.data)).toContainEqual(
      expect.objectContaining({ bound: "fan-out" }),
    )
  })

  it.each([1, 2])(
    "what nobody can decide is refused as it opens, and that comes to an end; each asks for %i more",
    (more) => {
      const { execute, ask, reviewed } = underRules(`contract: one-of-them-agrees
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: [dana, erin], within: 1h }
${"  - emit: { type: echo.requested, upon: deny }\n".repeat(more)}`)
      const expires = new Date(now + HOUR_MS).toISOString()
      execute({ kind: "delegate", by: human("dana"), to: "erin", on: "**", expires })
      execute({ kind: "delegate", by: human("erin"), to: "dana", on: "**", expires })
      ask("echo.requested")
      expect(reviewed()).toBe(true)
      expect(ofType("echo.requested").length).toBeLessThan(2 * MAX_DERIVED_REQUESTS_PER_TURN)
      expect(ofType("bound.exceeded").length).toBeGreaterThan(0)
      expect(state.holds.size).toBe(0)
    },
  )
})

describe("over time", () => {
  it("what waits for room and makes itself again is held for a human in the end", () => {
    const { ask, untilQuiet, execute } = underRules(`contract: one-an-hour
scope: "@team"
on: echo.requested
then:
  - limit: { max: 1, within: 1h, otherwise: defer }
  - emit: { type: echo.requested, upon: allow }
`)
    ask("echo.requested")
    expect(untilQuiet(() => !askedAtBound())).toBe(true)
    const asked = ofType("echo.requested")
    expect(asked.map(({ event }) => event.depth ?? 0)).toEqual(Array.from({ length: MAX_DEPTH + 2 }, (_, at) => at))
    expect(ofType("hold.continued")).toHaveLength(1)
    expect([...state.holds.values()].map(({ decision }) => decision.rule)).toEqual(["bound"])
    expect(ofType("bound.exceeded")).toHaveLength(1)

    const [proposal] = [...state.proposals.keys()]
    execute({ kind: "vote", proposal: proposal!, by: human("dana"), choice: "approve" })
    expect(ofType("hold.released")).toHaveLength(MAX_DEPTH + 1)
    expect(ofType("echo.requested").at(-1)?.event.depth).toBe(1)
  })

  it("what waits for room is told of as it begins to wait, and not each time that there is none", () => {
    const { ask, untilQuiet } = underRules(`contract: one-an-hour
scope: "@team"
on: echo.requested
then:
  - limit: { max: 1, within: 1h, otherwise: defer }
  - emit: { type: wait.noted, upon: hold }
`)
    for (let echo = 0; echo < 4; echo++) ask("echo.requested")
    expect(untilQuiet()).toBe(true)
    expect(ofType("hold.released")).toHaveLength(3)
    expect(ofType("hold.continued")).toHaveLength(3)
    expect(ofType("wait.noted")).toHaveLength(3)
  })

  it("nobody's answer is not asked for again without end", () => {
    const { ask, untilQuiet } = underRules(`contract: ask-again
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: dana, within: 1h }
  - emit: { type: echo.requested, upon: expired }
`)
    ask("echo.requested")
    expect(untilQuiet()).toBe(true)
    expect(ofType("echo.requested")).toHaveLength(MAX_DEPTH + 2)
    expect(ofType("hold.expired")).toHaveLength(MAX_DEPTH + 2)
    expect(state.holds.size).toBe(0)
  })

  it("nor for more and more at the same time", () => {
    const { ask, untilQuiet } = underRules(`contract: ask-twice-again
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: dana, within: 1h }
  - emit: { type: echo.requested, upon: expired }
  - emit: { type: echo.requested, upon: expired }
`)
    let most = 0
    ask("echo.requested")
    expect(
      untilQuiet(() => {
        most = Math.max(most, state.holds.size)
        return true
      }),
    ).toBe(true)
    expect(most).toBeGreaterThan(MAX_WAITING / 2)
    expect(most).toBeLessThan(MAX_WAITING * 2)
    expect(ofType("bound.exceeded").map(({ event }) => event.data)).toContainEqual(
      expect.objectContaining({ bound: "waiting", max: MAX_WAITING }),
    )
    expect(state.waiting.size).toBe(0)
  })

  it("nor by a rule on what is posted about it", () => {
    const { ask, untilQuiet } = underRules(
      `contract: dana-agrees
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: dana, within: 1h }
`,
      `contract: hear-and-ask
scope: "@team"
on: message.posted
when: { fact: data, path: $.text, operator: includes, value: expired }
then: emit(echo.requested)
`,
    )
    ask("echo.requested")
    expect(untilQuiet()).toBe(true)
    expect(ofType("echo.requested").length).toBeLessThan(MAX_DEPTH + 2)
  })

  it("nor by what follows from tasks that nobody does", () => {
    const { ask, untilQuiet } = underRules(
      `contract: chores-are-dana-s
scope: "@team"
on: chore.requested
then:
  - route: dana
  - escalate: [{ to: erin, after: 10m }]
`,
      `contract: late-ones-are-asked-for-again
scope: "@team"
on: task.escalated
then: emit(chore.requested)
`,
    )
    ask("chore.requested")
    expect(untilQuiet(() => !askedAtBound())).toBe(true)
    expect(ofType("chore.requested")).toHaveLength(MAX_HOPS + 2)
    expect(ofType("bound.exceeded").map(({ event }) => event.data)).toEqual([
      expect.objectContaining({ bound: "hops", max: MAX_HOPS }),
    ])
  })

  it("of what waits there is so much, and then the next is denied", () => {
    const { ask, execute } = underRules(`contract: dana-agrees
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: dana, within: 1h }
`)
    for (let asked = 0; asked < MAX_OPEN_HOLDS; asked++) ask("echo.requested")
    const denied = ask("echo.requested")
    expect(denied[0]?.decision).toMatchObject({ verdict: "deny", rule: "bound" })
    expect(denied.map(({ event }) => event.type)).toEqual(["echo.requested", "request.denied"])
    expect(ask("note.requested")[0]?.decision).toMatchObject({ verdict: "allow" })

    execute({ kind: "vote", proposal: [...state.proposals.keys()][0]!, by: human("dana"), choice: "approve" })
    expect(ask("echo.requested")[0]?.decision).toMatchObject({ verdict: "hold" })
    expect(state.holds.size).toBe(MAX_OPEN_HOLDS)
  })

  it("what somebody decides counts anew", () => {
    const { ask, execute } = underRules(`contract: ask-again
scope: "@team"
on: echo.requested
then:
  - require_approval: { from: dana, within: 1h }
  - emit: { type: echo.requested, upon: [allow, deny] }
`)
    ask("echo.requested")
    for (const choice of ["approve", "deny", "approve"]) {
      const [proposal] = [...state.proposals.keys()]
      execute({ kind: "vote", proposal: proposal!, by: human("dana"), choice })
      expect(ofType("echo.requested").at(-1)?.event.depth).toBe(1)
    }
  })
})

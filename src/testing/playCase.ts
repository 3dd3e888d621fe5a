/** One case of a contract test: its steps through the kernel, and what came out otherwise than expected. */
import type { BuiltinData } from "../domain/builtins.ts"
import {
  type ContractTests,
  DEFAULT_TEST_TIME_MS,
  type Expectation,
  type TestCase,
  type TestEvent,
  type TestStep,
} from "../domain/contractTests.ts"
import type { Decision, Verdict } from "../domain/decision.ts"
import type { Actor } from "../domain/event.ts"
import { HOLD_ENDS, type ProposalState } from "../domain/proposal.ts"
import { type LogRecord, MAX_COMMIT_BYTES } from "../domain/record.ts"
import { isRefusal } from "../domain/refusal.ts"
import { adoptAgents } from "../kernel/agents.ts"
import { isRefusable, ROOMS, TOO_LARGE } from "../kernel/bounds.ts"
import type { Answer, Command } from "../kernel/command.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { evolve } from "../kernel/evolve.ts"
import { emptyState, type OrganizationState } from "../kernel/state.ts"
import { Turn } from "../kernel/turn.ts"
import { commitBytes } from "../log/commit.ts"
import type { Coverage } from "./coverage.ts"
import { table } from "../domain/table.ts"

export const playCase = (
  definitions: Definitions,
  tests: ContractTests,
  testCase: TestCase,
  coverage: Pick<Coverage, "add">,
): ReadonlyArray<string> => {
  const { organization: org } = tests
  const records: Array<LogRecord> = []
  const failures: Array<string> = []
  let now = testCase.at ?? tests.at ?? DEFAULT_TEST_TIME_MS
  let published = 0
  const start = now
  const stateSoFar = (): OrganizationState => {
    const made = emptyState(org)
    adoptAgents(made, definitions, start)
    for (const record of records) evolve(made, definitions, record)
    return made
  }
  let state = stateSoFar()
  /** The event that expectations are about: the case's own, and before it the last one given. */
  let subject: { readonly seq: number; readonly decision: Decision | undefined } | undefined

  const execute = (command: Command): Answer => {
    const turn = new Turn(state, definitions, now)
    const answer = turn.execute(command)
    if (commit(turn)) return answer
    for (const room of ROOMS) {
      const answered = executeIn(room, command)
      if (answered !== undefined) return answered
    }
    throw new Error(`what must follow takes more than ${MAX_COMMIT_BYTES} bytes, the most that one commit holds`)
  }

  /** As in a daemon what one commit does not hold is none; the state is then as it was. */
  const commit = (turn: Turn): boolean => {
    if (commitBytes(turn.records) > MAX_COMMIT_BYTES) {
      state = stateSoFar()
      return false
    }
    coverage.add(definitions, turn.records)
    records.push(...turn.records)
    return true
  }

  /** One thing after the other, with so many bytes for what follows from each. `undefined` where that is too much as well. */
  const executeIn = (room: number, command: Command): Answer | undefined => {
    for (let due = true; due;) {
      const turn = new Turn(state, definitions, now, room)
      turn.catchUp(false)
      due = turn.records.length > 0
      if (!commit(turn)) return undefined
    }
    if (isRefusable(command)) return TOO_LARGE
    const turn = new Turn(state, definitions, now, room)
    const answer = turn.execute(command)
    return commit(turn) ? answer : undefined
  }

  /** Time passes from timer to timer, as it does in a daemon that is awake. */
  const passTime = (by: number): Answer => {
    const until = now + by
    while (state.nextTimer <= until) {
      now = Math.max(now, state.nextTimer)
      execute({ kind: "tick" })
    }
    now = until
    return execute({ kind: "tick" })
  }

  const publish = (event: TestEvent): Answer => {
    const answer = execute({
      kind: "publish",
      event: {
        id: event.id ?? `test-${++published}`,
        source: event.source ?? "test",
        type: event.type,
        org,
        actor: actorNamed(definitions, org, event.actor),
        ...(event.subject === undefined ? undefined : { subject: event.subject }),
        ...(event.correlation === undefined ? undefined : { correlationid: event.correlation }),
        ...dataOf(event),
      },
    })
    if (!isRefusal(answer)) subject = { seq: answer.event!.seq, decision: answer.decision }
    return answer
  }

  /** A task's end is told of the member's open task, where the test does not name one. */
  const dataOf = (event: TestEvent): { readonly data?: unknown } => {
    const data = event.data
    if (!event.type.startsWith("task.") || (data as { task?: unknown } | undefined)?.task !== undefined)
      return data === undefined ? {} : { data }
    const open = [...state.tasks.values()].find(({ task }) => event.actor === undefined || task.member === event.actor)
    return {
      data: {
        ...(data as object | undefined),
        ...(open === undefined ? undefined : { task: open.task.id, run: open.run ?? "" }),
      },
    }
  }

  const proposals = (within?: string): ReadonlyArray<string> =>
    [...state.proposals.values()].flatMap(({ proposal }) =>
      within === undefined || proposal.contract === within || proposal.contract.endsWith(`/${within}`)
        ? [proposal.id]
        : [],
    )

  const vote = (step: Extract<TestStep, { kind: "vote" }>): Answer => {
    const open = proposals(step.in)
    const by = actorNamed(definitions, org, step.by)
    const { within = 0, max = 0 } = step.standing ?? {}
    const until = new Date(now + within).toISOString()
    const standing = step.standing === undefined ? undefined : { standing: { until, max } }
    if (open.length === 0)
      return { refused: true, code: "not-found", type: "no-open-proposal", message: "no proposal is open" }
    const answers = open.map((proposal) =>
      state.proposals.has(proposal)
        ? execute({ kind: "vote", proposal, by, choice: step.choice, ...standing })
        : ({} satisfies Answer),
    )
    return answers.find((answer) => !isRefusal(answer)) ?? answers[0]!
  }

  const delegate = ({ by, on, to, within }: Extract<TestStep, { kind: "delegate" }>): Answer =>
    execute({
      kind: "delegate",
      by: actorNamed(definitions, org, by),
      to,
      on,
      expires: new Date(now + within).toISOString(),
    })

  const revoke = (name: string): Answer => {
    const given = [...state.delegations.values()].findLast(({ from }) => from === name)
    return execute({ kind: "revokeDelegation", id: given?.id ?? "", by: actorNamed(definitions, org, name) })
  }

  /** What was held last, else what a member opened last. */
  const cancel = (name: string): Answer => {
    const opened = [...state.proposals.values()].findLast(({ proposal }) => proposal.motion !== undefined)
    const target = [...state.holds.keys()].at(-1) ?? opened?.proposal.id ?? ""
    return execute({
      kind: "cancel",
      target,
      by: name === "operator" ? { name, kind: "operator", roles: [] } : actorNamed(definitions, org, name),
    })
  }

  const play = (step: TestStep): void => {
    switch (step.kind) {
      case "event": {
        let answer: Answer = {}
        for (let time = 0; time < step.repeat; time++) answer = publish(step.event)
        return check(step.expect, answer, step.position.line)
      }
      case "vote":
        return check(step.expect, vote(step), step.position.line)
      case "cancel":
        return check(step.expect, cancel(step.by), step.position.line)
      case "delegate":
        return check(step.expect, delegate(step), step.position.line)
      case "revoke":
        return check(step.expect, revoke(step.by), step.position.line)
      case "after":
        return check(step.expect, passTime(step.after), step.position.line)
    }
  }

  const check = (expect: Expectation | undefined, answer: Answer, line: number): void => {
    const say = (what: string): void => void failures.push(`line ${line}: ${what}`)
    if (isRefusal(answer)) {
      if (expect?.error !== true) say(`the step was refused: ${answer.message}`)
      return
    }
    if (expect === undefined) return
    if (expect.error === true) say("the step should have been refused, and was carried out")
    const end = outcomeOf(records, subject)
    if (expect.verdict !== undefined && end.verdict !== expect.verdict)
      say(
        `expected ${expect.verdict}, but it is ${end.verdict ?? "not decided"}${end.reason === undefined ? "" : ` (${end.reason})`}`,
      )
    for (const name of expect.contracts ?? [])
      if (!end.contracts.some((contract) => contract === name || contract.endsWith(`/${name}`)))
        say(
          `expected ${name} to decide it, but ${end.contracts.length === 0 ? "no contract did" : `${end.contracts.join(", ")} did`}`,
        )
    if (expect.reason !== undefined && !(end.reason ?? "").includes(expect.reason))
      say(`expected a reason with "${expect.reason}", but it is "${end.reason ?? ""}"`)
    if (expect.tasks !== undefined) {
      const tasks = ofType(records, "task.created").map((task) => task.member)
      if (tasks.join() !== expect.tasks.join())
        say(`expected tasks for [${expect.tasks.join(", ")}], but there are tasks for [${tasks.join(", ")}]`)
    }
    if (expect.emits !== undefined) {
      const types = records.filter(({ event }) => event.depth !== undefined).map(({ event }) => event.type)
      for (const type of expect.emits)
        if (!types.includes(type))
          say(`expected ${type} to follow, but there followed ${[...new Set(types)].join(", ") || "nothing"}`)
    }
    const proposal = proposalOf(records, subject?.seq, end.proposals)
    if (expect.state !== undefined && proposal?.state !== expect.state)
      say(
        `expected the proposal to be ${expect.state}, but ${proposal === undefined ? "there is none" : `it is ${proposal.state}`}`,
      )
    if (expect.winner !== undefined && proposal?.option !== expect.winner)
      say(
        `expected ${expect.winner} to win, but ${proposal?.option === undefined ? "nothing has won" : `${proposal.option} has`}`,
      )
  }

  testCase.given.forEach(play)
  check(testCase.expect, publish(testCase.event), testCase.position.line)
  testCase.then.forEach(play)
  return failures
}

/** One who is no member is external; the operator goes by that name. */
const actorNamed = (definitions: Definitions, org: string, name: string | undefined): Actor => {
  if (name === undefined) return { name: "somebody", kind: "external", roles: [] }
  const { members, organization } = definitions.view(org)
  const member = members.get(name)
  if (member !== undefined)
    return {
      name,
      kind: member.kind,
      roles: member.roles,
      ...(member.kind === "agent" && organization.owner !== undefined ? { creator: organization.owner } : undefined),
    }
  if (name === "operator") return { name, kind: "operator", roles: [] }
  return definitions.isHuman(name) ? { name, kind: "human", roles: [] } : { name, kind: "external", roles: [] }
}

interface Outcome {
  readonly verdict: Verdict | undefined
  readonly reason: string | undefined
  readonly contracts: ReadonlyArray<string>
  readonly proposals: ReadonlyArray<string>
}

/** What has become of the event so far. */
const outcomeOf = (
  records: ReadonlyArray<LogRecord>,
  subject: { readonly seq: number; readonly decision: Decision | undefined } | undefined,
): Outcome => {
  let decision = subject?.decision
  for (const { event } of records)
    if (HOLD_ENDS[event.type] !== undefined || event.type === "hold.continued") {
      const closed = event.data as BuiltinData["hold.released"]
      if (closed.seq === subject?.seq) decision = closed.decision
    }
  return {
    verdict: decision?.verdict ?? (subject === undefined ? undefined : "allow"),
    reason: decision?.reason,
    contracts: decision?.contracts ?? [],
    proposals: subject?.decision?.proposals ?? [],
  }
}

const PROPOSAL_ENDS: Readonly<Record<string, ProposalState>> = table({
  "proposal.succeeded": "succeeded",
  "proposal.defeated": "defeated",
  "proposal.expired": "expired",
  "proposal.cancelled": "cancelled",
})

/** What the event has opened, else the first that it waits for. */
const proposalOf = (
  records: ReadonlyArray<LogRecord>,
  seq: number | undefined,
  proposals: ReadonlyArray<string>,
): { readonly state: ProposalState; readonly option?: string } | undefined => {
  const opened = ofType(records, "proposal.opened").find(({ motion }) => motion !== undefined && motion.seq === seq)
  const wanted = opened?.id ?? proposals[0]
  if (wanted === undefined) return undefined
  let found: { readonly state: ProposalState; readonly option?: string } = { state: "active" }
  for (const { event } of records) {
    const state = PROPOSAL_ENDS[event.type]
    if (state === undefined) continue
    const { proposal, option } = event.data as BuiltinData["proposal.succeeded"]
    if (proposal === wanted) found = option === undefined ? { state } : { state, option }
  }
  return found
}

const ofType = <T extends keyof BuiltinData>(
  records: ReadonlyArray<LogRecord>,
  type: T,
): ReadonlyArray<BuiltinData[T]> =>
  records.flatMap(({ event }) => (event.type === type ? [event.data as BuiltinData[T]] : []))

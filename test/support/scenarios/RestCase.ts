/** One case, step by step over REST, with the token of whoever acts. */
import { CHANGE_RULES } from "../../../src/domain/change.ts"
import type { TestEvent, TestStep } from "../../../src/domain/contractTests.ts"
import type { Decision, Verdict } from "../../../src/domain/decision.ts"
import type { Actor, Incoming } from "../../../src/domain/event.ts"
import { isReserved } from "../../../src/domain/eventTypes.ts"
import type { Member } from "../../../src/domain/organization.ts"
import { HOLD_ENDS, type HoldState, type Proposal } from "../../../src/domain/proposal.ts"
import { isRefusal } from "../../../src/domain/refusal.ts"
import type { DelegationView, StandingView } from "../../../src/service/views/governance.ts"
import type { HoldView, Listed, ProposalView, TaskView } from "../../../src/log/Projections.ts"
import type { CastCase } from "./cast.ts"
import { rename } from "./cast.ts"
import { changeDifferences, withFiles } from "./changes.ts"
import { differences, type Observed } from "./expectation.ts"
import type { Answer, Stage } from "./Stage.ts"

export interface TimedStep {
  /** When it is taken, in ms since 1970. */
  readonly at: number
  readonly step: TestStep
}

/** An event as REST shows it. */
interface ShownEvent {
  readonly type: string
  readonly seq: number
  readonly depth?: number
  readonly data?: unknown
  readonly decision?: Decision
}

type Refused = { readonly refused: string } | undefined

const VERDICT_OF_HOLD: Readonly<Record<HoldState, Verdict>> = {
  held: "hold",
  released: "allow",
  denied: "deny",
  cancelled: "deny",
  expired: "expired",
}

export class RestCase {
  readonly case: CastCase
  readonly steps: Array<TimedStep>
  readonly failures: Array<string> = []
  /** The event that expectations are about, and what it was answered. */
  #subject: { readonly seq: number; readonly verdict: Verdict } | undefined
  /** The change of the rules that was asked for last. */
  #change: { readonly id: string; readonly event: TestEvent } | undefined
  /** Records up to here were there before the case began. */
  #from: number | undefined

  constructor(one: CastCase) {
    this.case = one
    this.steps = timedSteps(one)
  }

  get org(): string {
    return this.case.org
  }

  async take(stage: Stage, { step }: TimedStep): Promise<void> {
    this.#from ??= (await this.#events(stage, "order=desc&limit=1"))[0]?.seq ?? 0
    const refused = await this.#do(stage, step)
    const { expect, position } = step
    const say = (what: string): void =>
      void this.failures.push(`${this.case.tests.file}:${position.line} ${this.case.testCase.name}: ${what}`)
    if (refused !== undefined) {
      if (expect?.error !== true) say(`the step was refused: ${refused.refused}`)
      return
    }
    if (expect === undefined) return
    if (expect.error === true) say("the step should have been refused, and was carried out")
    const observed = await this.#observe(stage)
    for (const difference of differences(expect, observed)) say(difference)
    if (this.#change === undefined) return
    const { id, event } = this.#change
    for (const difference of await changeDifferences(stage, event, id, observed.verdict)) say(difference)
  }

  async #do(stage: Stage, step: TestStep): Promise<Refused> {
    switch (step.kind) {
      case "event": {
        let refused: Refused
        for (let time = 0; time < step.repeat; time++) refused = await this.#publish(stage, step.event)
        return refused
      }
      case "vote":
        return this.#vote(stage, step)
      case "cancel":
        return this.#cancel(stage, step.by)
      case "delegate":
        return this.#delegate(stage, step)
      case "revoke":
        return this.#revoke(stage, step)
      case "after":
        return undefined
    }
  }

  async #publish(stage: Stage, written: TestEvent): Promise<Refused> {
    const event: TestEvent = written.data === undefined ? written : { ...written, data: this.#renamed(written.data) }
    const { type, subject, source, id, correlation, data } = withFiles(event)
    const member = this.#member(event.actor)
    const own = await this.#ownTask(stage, event)
    if (own !== undefined) return this.#byHand(stage, event, own)
    if (this.#needsSideChannel(event, member)) return this.#report(stage, event, member)
    const token =
      event.actor === "operator"
        ? undefined
        : member === undefined
          ? await stage.token("test", "bridge")
          : await this.#tokenOf(stage, member.name)
    const { status, json } = await stage.request("POST", "/v1/events", {
      ...(token === undefined ? undefined : { token }),
      json: {
        type,
        org: this.org,
        ...(member === undefined && token !== undefined
          ? { actor: event.actor ?? "somebody", source: source ?? "test" }
          : undefined),
        ...(id === undefined ? undefined : { id }),
        ...(subject === undefined ? undefined : { subject }),
        ...(correlation === undefined ? undefined : { correlationid: correlation }),
        ...(data === undefined ? undefined : { data }),
      },
    })
    const refused = refusalOf(status, json)
    if (refused !== undefined) return refused
    const answer = json as unknown as { readonly id: string; readonly seq: number; readonly verdict: Verdict }
    this.#subject = { seq: answer.seq, verdict: answer.verdict }
    if (type === CHANGE_RULES) this.#change = { id: answer.id, event }
    return undefined
  }

  /** Doors let nobody forge what the daemon reports; a test may use any type. */
  #needsSideChannel({ type, source }: TestEvent, member: Member | undefined): boolean {
    const webhook = this.case.scenario.organizations.some(({ webhooks }) =>
      webhooks.some((one) => type.startsWith(`${one.source}.`)),
    )
    return isReserved(type) || type === "run.requested" || (member !== undefined && (source !== undefined || webhook))
  }

  async #report(stage: Stage, event: TestEvent, member: Member | undefined): Promise<Refused> {
    const { type, subject, correlation, actor: name } = event
    const owner = this.case.scenario.organizations.find(({ id }) => id === this.case.tests.organization)?.owner
    const actor: Actor =
      member === undefined
        ? { name: name ?? "somebody", kind: "external", roles: [] }
        : {
            name: member.name,
            kind: member.kind,
            roles: member.roles,
            ...(member.kind === "agent" && owner !== undefined ? { creator: owner } : undefined),
          }
    const data = type.startsWith("task.") ? await this.#taskData(stage, event) : event.data
    const incoming: Incoming = {
      id: event.id ?? crypto.randomUUID(),
      source: event.source ?? "test",
      type,
      org: this.org,
      actor,
      ...(subject === undefined ? undefined : { subject }),
      ...(correlation === undefined ? undefined : { correlationid: correlation }),
      ...(data === undefined ? undefined : { data }),
    }
    const answer = await stage.daemon.ask("publish", { event: incoming })
    if (isRefusal(answer)) return { refused: answer.message }
    this.#subject = { seq: answer.event!.seq, verdict: answer.decision?.verdict ?? "allow" }
    return undefined
  }

  /** The task whose end the event tells, where its member does it himself. */
  async #ownTask(stage: Stage, { type, actor }: TestEvent): Promise<TaskView | undefined> {
    if ((type !== "task.completed" && type !== "task.failed") || actor === undefined) return undefined
    const tasks = await stage.get<Listed<TaskView>>(`/v1/tasks?org=${this.org}&order=oldest&limit=1000`)
    return tasks.items.find(({ state, member, human }) => state === "waiting" && member === actor && human === true)
  }

  /** He says it at the door. */
  async #byHand(stage: Stage, { type, actor, data }: TestEvent, { id }: TaskView): Promise<Refused> {
    const { result, error } = (data ?? {}) as { readonly result?: unknown; readonly error?: string }
    const completed = type === "task.completed"
    const { status, json } = await stage.request("POST", `/v1/tasks/${id}/${completed ? "complete" : "fail"}`, {
      token: await this.#tokenOf(stage, actor!),
      json: completed ? (result === undefined ? {} : { result }) : { error: error ?? "it has failed" },
    })
    const refused = refusalOf(status, json)
    if (refused !== undefined) return refused
    const [said] = await this.#events(stage, `type=${type}&order=desc&limit=1`)
    this.#subject = { seq: said!.seq, verdict: "allow" }
    return undefined
  }

  /** A task's end is told of the member's open task, where the test does not name one. */
  async #taskData(stage: Stage, { data, actor }: TestEvent): Promise<unknown> {
    if ((data as { task?: unknown } | undefined)?.task !== undefined) return data
    const tasks = await stage.get<Listed<TaskView>>(`/v1/tasks?org=${this.org}&order=oldest&limit=1000`)
    const open = tasks.items.find(
      ({ state, member }) => state === "queued" && (actor === undefined || member === actor),
    )
    return {
      ...(data as object | undefined),
      ...(open === undefined ? undefined : { task: open.id, run: open.run ?? "" }),
    }
  }

  async #vote(stage: Stage, step: Extract<TestStep, { kind: "vote" }>): Promise<Refused> {
    const listed = await stage.get<Listed<ProposalView>>(`/v1/proposals?org=${this.org}&order=oldest&limit=1000`)
    const held = await stage.get<Listed<HoldView>>(`/v1/holds?org=${this.org}&state=held&limit=1000`)
    const isOpen = ({ state, delay, executedAt, hold, motion }: ProposalView): boolean =>
      state === "active" ||
      (state === "succeeded" &&
        delay !== undefined &&
        (motion === undefined ? held.items.some(({ id }) => id === hold) : executedAt === undefined))
    const open = listed.items
      .filter(isOpen)
      .filter(
        ({ contract }) =>
          step.in === undefined || contract === this.#renamed(step.in) || contract.endsWith(`/${step.in}`),
      )
    if (open.length === 0) return { refused: "no proposal is open" }
    const token = await this.#tokenOf(stage, step.by)
    const { within = 0, max = 0 } = step.standing ?? {}
    const until = new Date(stage.now + within).toISOString()
    const standing = step.standing === undefined ? undefined : { standing: { until, max } }
    const answers: Array<Refused> = []
    for (const { id } of open) {
      if (!isOpen(await stage.get<ProposalView>(`/v1/proposals/${id}`))) {
        answers.push(undefined)
        continue
      }
      const { status, json } = await stage.request("POST", `/v1/proposals/${id}/votes`, {
        token,
        json: { choice: step.choice, ...standing },
      })
      answers.push(refusalOf(status, json))
    }
    return answers.includes(undefined) ? undefined : answers[0]
  }

  async #cancel(stage: Stage, by: string): Promise<Refused> {
    const held = await stage.get<Listed<HoldView>>(`/v1/holds?org=${this.org}&state=held&limit=1`)
    const [hold] = held.items
    const listed = await stage.get<Listed<ProposalView>>(`/v1/proposals?org=${this.org}&limit=1000`)
    const opened = listed.items.find(
      ({ motion, state, executedAt }) =>
        motion !== undefined && (state === "active" || (state === "succeeded" && executedAt === undefined)),
    )
    const target = hold === undefined ? `proposals/${opened?.id ?? "none"}` : `holds/${hold.id}`
    const token = by === "operator" ? undefined : await this.#tokenOf(stage, by)
    const { status, json } = await stage.request("POST", `/v1/${target}/cancel`, {
      ...(token === undefined ? undefined : { token }),
      json: {},
    })
    return refusalOf(status, json)
  }

  async #delegate(stage: Stage, step: Extract<TestStep, { kind: "delegate" }>): Promise<Refused> {
    const { status, json } = await stage.request("POST", "/v1/delegations", {
      token: await this.#tokenOf(stage, step.by),
      json: { org: this.org, to: step.to, on: step.on, expires: new Date(stage.now + step.within).toISOString() },
    })
    return refusalOf(status, json)
  }

  async #revoke(stage: Stage, { what, by }: Extract<TestStep, { kind: "revoke" }>): Promise<Refused> {
    const list = what === "delegation" ? "/v1/delegations" : "/v1/standing"
    const given = await stage.get<Listed<Partial<DelegationView & StandingView>>>(`${list}?org=${this.org}`)
    const { id = "none" } = given.items.findLast((one) => (one.from ?? one.by) === by) ?? {}
    const token = await this.#tokenOf(stage, by)
    const { status, json } = await stage.request("DELETE", `${list}/${id}`, { token })
    return refusalOf(status, json)
  }

  async #observe(stage: Stage): Promise<Observed> {
    const events = await this.#events(stage, `order=asc&limit=1000`)
    const tasks = await stage.get<Listed<TaskView>>(`/v1/tasks?org=${this.org}&order=oldest&limit=1000`)
    const types = events.filter(({ depth }) => depth !== undefined).map(({ type }) => type)
    const subject = events.find(({ seq }) => seq === this.#subject?.seq)
    const decision = continued(events, subject?.seq) ?? subject?.decision
    // A hold that an approval that stands has ended at once is answered with its end.
    const answered = this.#subject?.verdict
    const ended = decision?.verdict === "hold" && answered !== "hold" && decision.hold !== undefined
    if (decision !== undefined && decision.verdict !== answered && !ended)
      this.failures.push(
        `${this.case.testCase.name}: the event was answered ${this.#subject?.verdict}, and the log says ${decision.verdict}`,
      )
    const first = {
      verdict: decision?.verdict ?? "allow",
      reason: decision?.reason ?? "",
      contracts: decision?.contracts ?? [],
    }
    const hold = decision?.hold === undefined ? undefined : await stage.get<HoldView>(`/v1/holds/${decision.hold}`)
    const opened = events.find(
      ({ type, data }) => type === "proposal.opened" && (data as Proposal).motion?.seq === this.#subject?.seq,
    )
    const proposal = (opened?.data as Proposal | undefined)?.id ?? decision?.proposals?.[0]
    const view = proposal === undefined ? undefined : await stage.get<ProposalView>(`/v1/proposals/${proposal}`)
    const seen = hold === undefined || hold.state === "held" ? first : { ...first, ...endOf(events, hold) }
    return this.#restored({
      ...seen,
      tasks: tasks.items.map(({ member }) => member),
      emits: types,
      ...(view === undefined ? undefined : { state: view.state }),
      ...(view?.option === undefined ? undefined : { winner: view.option }),
    })
  }

  /** Of this case, in the order asked for. */
  async #events(stage: Stage, query: string): Promise<ReadonlyArray<ShownEvent>> {
    const listed = await stage.get<Listed<ShownEvent>>(`/v1/events?org=${this.org}&${query}`)
    return listed.items.filter(({ seq }) => seq > (this.#from ?? 0))
  }

  #member(name: string | undefined): Member | undefined {
    const { testCase, tests, scenario } = this.case
    const members =
      testCase.members ??
      tests.members ??
      scenario.organizations.find(({ id }) => id === tests.organization)?.members ??
      []
    return members.find((member) => member.name === name)
  }

  #tokenOf(stage: Stage, name: string): Promise<string> {
    return this.#member(name)?.kind === "agent"
      ? stage.token(`${name}${this.org}`, "agent")
      : stage.token(`@${name}`, "human")
  }

  #renamed<A>(value: A): A {
    return JSON.parse(rename(JSON.stringify(value), this.case.scenario, this.case.suffix)) as A
  }

  #restored(seen: Observed): Observed {
    return JSON.parse(JSON.stringify(seen).replaceAll(new RegExp(`${this.case.suffix}(?![0-9])`, "g"), "")) as Observed
  }
}

/** What waited for room and was decided afresh, and waits on. */
const continued = (events: ReadonlyArray<ShownEvent>, seq: number | undefined): Decision | undefined => {
  const told = events.findLast(({ type, data }) => type === "hold.continued" && (data as { seq: number }).seq === seq)
  return (told?.data as { readonly decision: Decision } | undefined)?.decision
}

/** By the record that ended the hold, which the hold as it is shown agrees with. */
const endOf = (
  events: ReadonlyArray<ShownEvent>,
  hold: HoldView,
): Pick<Observed, "verdict" | "reason" | "contracts"> => {
  const ends = events.filter(
    ({ type, data }) => HOLD_ENDS[type] !== undefined && (data as { hold?: string }).hold === hold.id,
  )
  if (ends.length !== 1) throw new Error(`${hold.id} has ended ${ends.length} times`)
  const { reason, decision } = ends[0]!.data as { readonly reason: string; readonly decision: Decision }
  if (decision.verdict !== VERDICT_OF_HOLD[hold.state] || reason !== hold.reason)
    throw new Error(
      `${hold.id} is shown as ${hold.state} (${hold.reason}), and ended with ${decision.verdict} (${reason})`,
    )
  return { verdict: decision.verdict, reason: decision.reason ?? "", contracts: decision.contracts }
}

const refusalOf = (status: Answer["status"], json: Answer["json"]): Refused =>
  status < 400 ? undefined : { refused: `${status} ${String(json["detail"] ?? json["title"])}` }

/** Given, event, then: with the time at which each is taken. */
const timedSteps = ({ testCase, start }: CastCase): Array<TimedStep> => {
  const { given, event, expect, then, position } = testCase
  const subject: TestStep = {
    kind: "event",
    event,
    repeat: 1,
    position,
    ...(expect === undefined ? undefined : { expect }),
  }
  let at = start
  return [...given, subject, ...then].map((step) => {
    if (step.kind === "after") at += step.after
    return { at, step }
  })
}

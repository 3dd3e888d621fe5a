/**
 * One turn of an organization's mailbox: commands decided one after the other, each on the state that the one before
 * has made, all at one log time. What comes out is a commit that has not been written yet; where it cannot be written,
 * the state is thrown away and made again from the log.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import { type Actor, requesterOf } from "../domain/event.ts"
import { classOf } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Task } from "../domain/task.ts"
import type { Answer, Command, Done } from "./command.ts"
import { decide, MAX_DERIVED_PER_TURN, MAX_DERIVED_REQUESTS_PER_TURN } from "./decide.ts"
import type { Definitions } from "./definitions.ts"
import { daemonActor, type Draft } from "./draft.ts"
import { evolve } from "./evolve.ts"
import { canVote, dueDrafts, endHold, nextTimer, react } from "./react.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"
import { backoffMs } from "./retry.ts"

export class Turn {
  readonly records: Array<LogRecord> = []
  readonly #state: OrganizationState
  #definitions: Definitions
  readonly #now: number

  /**
   * `wallClock` in ms; log time is never below that of the last record.
   */
  constructor(state: OrganizationState, definitions: Definitions, wallClock: number) {
    this.#state = state
    this.#definitions = definitions
    this.#now = Math.max(wallClock, state.time)
  }

  /** Log time of everything in this turn. */
  get now(): number {
    return this.#now
  }

  /** Carries out one command, after what has become due. A refusal has recorded nothing of its own. */
  execute(command: Command): Answer {
    this.#fireTimers()
    switch (command.kind) {
      case "publish":
        return this.#done(command.event)
      case "vote":
        return this.#vote(command)
      case "cancel":
        return this.#cancel(command)
      case "lease":
        return this.#lease(command)
      case "progress":
        return this.#progress(command)
      case "usage":
        return this.#usage(command)
      case "finish":
        return this.#finish(command)
      case "cancelTask":
        return this.#cancelTask(command)
      case "report":
        return this.#done({
          type: command.type,
          data: command.data,
          actor: command.actor,
          ...(command.subject === undefined ? undefined : { subject: command.subject }),
        })
      case "tick":
        return {}
    }
  }

  /**
   * Adopts another revision: from the next command on it decides. `data` may hold the seeds of windows that it needs.
   */
  adopt(definitions: Definitions, data: BuiltinData["contracts.revised"], actor: Actor): Answer {
    this.#fireTimers()
    this.#definitions = definitions
    return this.#done({ type: "contracts.revised", data, actor })
  }

  /** Records a draft and all that follows from it; answers with the first record. */
  #done(draft: Draft): Done {
    const first = this.#record([draft])
    return first.decision === undefined ? { event: first.event } : { event: first.event, decision: first.decision }
  }

  #record(drafts: ReadonlyArray<Draft>): LogRecord {
    const queue: Array<Draft> = [...drafts]
    const start = this.records.length
    const state = this.#state
    let requests = 0
    for (let next = 0; next < queue.length; next++) {
      const draft = queue[next]!
      const crowded = isGated(draft) ? requests > MAX_DERIVED_REQUESTS_PER_TURN : next > MAX_DERIVED_PER_TURN
      const { record, derived } = decide(state, this.#definitions, draft, this.#now, crowded)
      const completed = completedTask(state, record)
      evolve(state, this.#definitions, record, this.#now)
      this.records.push(record)
      if (derived.length > 0) {
        queue.push(...derived)
        requests += derived.filter(isGated).length
      }
      const reactions = react(state, this.#definitions, record, completed, this.#now)
      if (reactions.length > 0) queue.push(...reactions)
    }
    return this.records[start]!
  }

  #fireTimers(): void {
    const state = this.#state
    if (this.#now < state.nextTimer) return
    for (const draft of dueDrafts(state, this.#now)) {
      const { proposal } = draft.data as BuiltinData["proposal.expired"]
      if (state.proposals.has(proposal)) this.#record([draft])
    }
    for (const open of state.tasks.values())
      if (open.state === "running" && open.until <= this.#now)
        this.#finish({
          kind: "finish",
          task: open.task.id,
          run: open.run!,
          outcome: { success: false, error: "the worker's lease ran out", retry: true, lost: true },
          retries: Number.POSITIVE_INFINITY,
        })
    state.nextTimer = nextTimer(state)
  }

  #vote(command: Extract<Command, { kind: "vote" }>): Answer {
    const open = this.#state.proposals.get(command.proposal)
    if (open === undefined)
      return refuse(
        "conflict",
        "proposal-not-open",
        `there is no open proposal "${command.proposal}" in ${this.#state.org}`,
      )
    const refusal = this.#cannotVote(open, command)
    if (refusal !== undefined) return refusal
    return this.#done({
      type: "vote.cast",
      actor: command.by,
      correlationid: this.#state.holds.get(open.proposal.hold)?.event.correlationid ?? command.proposal,
      data: {
        proposal: command.proposal,
        by: command.by.name,
        choice: command.choice,
        ...(command.reason === undefined ? undefined : { reason: command.reason }),
      } satisfies BuiltinData["vote.cast"],
    })
  }

  #cannotVote(open: OpenProposal, command: Extract<Command, { kind: "vote" }>): Refusal | undefined {
    const { proposal } = open
    if (open.succeeded)
      return refuse(
        "conflict",
        "proposal-decided",
        `${proposal.id} has succeeded already; it waits for the other requirements of ${proposal.hold}`,
      )
    if (command.by.kind === "operator")
      return refuse(
        "forbidden",
        "operator-cannot-vote",
        "the operator's token is no elector; vote with the token of a member",
      )
    const elector = proposal.electorate.find((one) => one.name === command.by.name && one.kind === command.by.kind)
    if (elector === undefined)
      return refuse(
        "forbidden",
        "not-an-elector",
        `${command.by.name} may not vote on ${proposal.id}: its electorate is ${proposal.electorate.map((one) => one.name).join(", ")}`,
        { electorate: proposal.electorate.map((one) => one.name) },
      )
    if (!canVote(this.#definitions, elector))
      return refuse(
        "forbidden",
        "no-longer-a-member",
        `${command.by.name} is not a member of ${elector.org ?? this.#state.org} any more`,
      )
    if (command.digest !== undefined && command.digest !== proposal.digest)
      return refuse(
        "conflict",
        "digest-differs",
        `the action that ${proposal.id} is about is not the one this vote was meant for`,
        {
          digest: proposal.digest,
        },
      )
    return undefined
  }

  #cancel(command: Extract<Command, { kind: "cancel" }>): Answer {
    const state = this.#state
    const hold =
      state.holds.get(command.target) ?? state.holds.get(state.proposals.get(command.target)?.proposal.hold ?? "")
    if (hold === undefined)
      return refuse("conflict", "hold-not-open", `nothing that waits in ${state.org} goes by "${command.target}"`)
    const asker = requesterOf(hold.event.actor)
    if (command.by.kind !== "operator" && !(command.by.name === asker.name && command.by.kind === asker.kind))
      return refuse(
        "forbidden",
        "not-the-requester",
        `only ${asker.name}, who asked, or an operator may cancel ${hold.id}`,
      )
    const reason = `cancelled by ${command.by.name}${command.reason === undefined ? "" : `: ${command.reason}`}`
    const drafts = endHold(
      state,
      this.#definitions,
      hold,
      "cancelled",
      hold.event,
      reason,
      hold.decision.contracts,
      command.by.name,
    )
    const { event } = this.#record(drafts)
    return { event }
  }

  #lease(command: Extract<Command, { kind: "lease" }>): Answer {
    const open = this.#state.tasks.get(command.task)
    if (open === undefined) return taskEnded(command.task)
    const { task } = open
    if (open.state !== "queued" || open.until > this.#now)
      return refuse(
        "conflict",
        "task-not-queued",
        `task ${task.id} is ${open.state === "queued" ? "waiting for its retry" : open.state}`,
      )
    const attempt = open.attempt + 1
    const run = open.run ?? `r-${task.id.slice(2)}.r${attempt}`
    const lineage = { correlationid: task.correlationid, causationid: task.event, hops: task.hops, subject: task.id }
    if (open.run === undefined) {
      const asked = this.#record([
        {
          ...lineage,
          type: "run.requested",
          actor: command.by,
          data: {
            run,
            task: task.id,
            member: task.member,
            cause: task.event,
            executor: command.executor,
            attempt,
            ...(command.model === undefined ? undefined : { model: command.model }),
          } satisfies BuiltinData["run.requested"],
        },
      ])
      const decision = asked.decision!
      if (decision.verdict === "hold")
        return {
          event: asked.event,
          decision,
          run: { id: run, attempt, state: "waiting", reason: decision.reason ?? "" },
        }
      if (decision.verdict !== "allow") {
        const error = `the run was refused: ${decision.reason ?? ""}`
        this.#record([
          this.#daemon("task.failed", { task: task.id, attempt: open.attempt, error, dead: true }, lineage),
        ])
        return {
          event: asked.event,
          decision,
          run: { id: run, attempt, state: "denied", reason: decision.reason ?? "" },
        }
      }
    }
    const lease = new Date(this.#now + command.leaseMs).toISOString()
    const { event } = this.#record([
      this.#daemon("task.started", { task: task.id, run, attempt, worker: command.worker, lease }, lineage),
      this.#daemon(
        "run.started",
        { run, task: task.id, member: task.member, executor: command.executor, attempt },
        lineage,
      ),
    ])
    return { event, run: { id: run, attempt, state: "started" } }
  }

  #progress(command: Extract<Command, { kind: "progress" }>): Answer {
    const open = this.#state.tasks.get(command.task)
    if (open === undefined || open.run !== command.run || open.state !== "running")
      return leaseLost(command.task, command.run)
    const lease = new Date(this.#now + command.leaseMs).toISOString()
    const { event } = this.#record([
      this.#daemon(
        "task.progress",
        {
          task: command.task,
          run: command.run,
          lease,
          ...(command.text === undefined ? undefined : { text: command.text }),
          ...(command.data === undefined ? undefined : { data: command.data }),
        },
        { correlationid: open.task.correlationid, causationid: open.task.event, subject: command.task },
      ),
    ])
    return { event }
  }

  #usage(command: Extract<Command, { kind: "usage" }>): Answer {
    const { run, usd, tokens, turns } = command
    const known = this.#state.runs.get(run)
    if (known === undefined) return refuse("not-found", "run-not-running", `run ${run} is not running`)
    const correlationid = this.#state.tasks.get(known.task)?.task.correlationid ?? run
    const { event } = this.#record([
      { ...this.#daemon("run.usage", { run, usd, tokens, turns }, { correlationid, subject: known.task }), run },
    ])
    return { event }
  }

  #finish(command: Extract<Command, { kind: "finish" }>): Answer {
    const open = this.#state.tasks.get(command.task)
    if (open === undefined) return taskEnded(command.task)
    if (open.run !== command.run || open.state !== "running") return leaseLost(command.task, command.run)
    const { outcome, run } = command
    const { task, attempt } = open
    const lineage = { correlationid: task.correlationid, causationid: task.event, subject: task.id }
    if (outcome.success) {
      const { event } = this.#record([
        this.#daemon("run.ended", { run, task: task.id, outcome: "success" }, lineage),
        this.#daemon("task.completed", { task: task.id, run, result: outcome.result }, lineage),
      ])
      return { event }
    }
    const dead = !outcome.retry || attempt > command.retries
    const retry = new Date(this.#now + (outcome.lost === true ? 0 : backoffMs(attempt))).toISOString()
    const { event } = this.#record([
      this.#daemon(
        "run.ended",
        { run, task: task.id, outcome: outcome.lost === true ? "lost" : "failure", error: outcome.error },
        lineage,
      ),
      this.#daemon(
        "task.failed",
        { task: task.id, run, attempt, error: outcome.error, dead, ...(dead ? undefined : { retry }) },
        lineage,
      ),
    ])
    return { event }
  }

  #cancelTask(command: Extract<Command, { kind: "cancelTask" }>): Answer {
    const open = this.#state.tasks.get(command.task)
    if (open === undefined) return taskEnded(command.task)
    const { task, run } = open
    const lineage = { correlationid: task.correlationid, causationid: task.event, subject: task.id }
    const reason = `cancelled by ${command.by.name}: ${command.reason}`
    const ended = open.state === "running" && run !== undefined
    const { event } = this.#record([
      ...(ended
        ? [this.#daemon("run.ended", { run, task: task.id, outcome: "cancelled", error: reason }, lineage)]
        : []),
      this.#daemon("task.cancelled", { task: task.id, reason, by: command.by.name }, lineage),
    ])
    return { event }
  }

  #daemon<T extends keyof BuiltinData>(type: T, data: BuiltinData[T], lineage: Partial<Draft>): Draft {
    return { ...lineage, type, data, actor: daemonActor() }
  }
}

const isGated = ({ type }: Draft): boolean => classOf(type) === "gated"

/** A completed task leaves the state with its record; what comes after it in a sequence is read before. */
const completedTask = (state: OrganizationState, { event }: LogRecord): Task | undefined =>
  event.type === "task.completed"
    ? state.tasks.get((event.data as BuiltinData["task.completed"]).task)?.task
    : undefined

const taskEnded = (task: string): Refusal =>
  refuse("conflict", "task-ended", `task ${task} has ended, or there is no such task`)

const leaseLost = (task: string, run: string): Refusal =>
  refuse("conflict", "lease-lost", `run ${run} does not hold task ${task} any more`)

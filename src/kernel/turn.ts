/**
 * One turn of an organization's mailbox: commands decided one after the other, each on the state that the one before
 * has made, all at one log time. What comes out is a commit that has not been written yet; where it cannot be written,
 * the state is thrown away and made again from the log.
 */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Actor, Event, Incoming } from "../domain/event.ts"
import type { LogRecord } from "../domain/record.ts"
import { isRefusal, type Refusal } from "../domain/refusal.ts"
import { interruptDrafts, startDrafts, stopDrafts } from "./agents.ts"
import { type Bound, fanOutBound, MAX_DERIVED_PER_TURN, MAX_DERIVED_REQUESTS_PER_TURN, SIZE_BOUND } from "./bounds.ts"
import { askedEvent } from "./askedEvent.ts"
import type { Answer, Command, Done } from "./command.ts"
import { decide, type Decided } from "./decide.ts"
import { documentProblem, WRITE_DOCUMENT, writtenDocument } from "./documents.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, stamp, traceOf } from "./draft.ts"
import { evolve } from "./evolve.ts"
import type { KeptText } from "./keptText.ts"
import { writtenMessage } from "./messages.ts"
import { motionProblem, OPEN_PROPOSAL } from "./motions.ts"
import { closeProposal, standingVote } from "./proposals.ts"
import { endedBy, react, revisited } from "./react.ts"
import { resourceProblem, STORE_RESOURCE } from "./resources.ts"
import { writtenFiring } from "./schedules.ts"
import type { OpenProposal, OrganizationState } from "./state.ts"
import { dueAt, nextTimer } from "./timers.ts"
import {
  acceptDrafts,
  cancelDrafts,
  delegationDraft,
  revokeDelegationDraft,
  revokeStandingDraft,
  voteDraft,
} from "./voting.ts"
import {
  byHandDrafts,
  cancelTaskDrafts,
  checkpointDrafts,
  finishDrafts,
  leaseOf,
  lostTasks,
  progressDrafts,
  usageDrafts,
} from "./work.ts"

/** Records after which a turn that catches up makes room for the next: with what still follows, one commit holds them. */
const MAX_CATCH_UP_RECORDS = 64

export class Turn {
  readonly records: Array<LogRecord> = []
  /** To be archived before the records are written. */
  readonly texts: Array<KeptText> = []
  readonly #state: OrganizationState
  #definitions: Definitions
  readonly #now: number
  #unsettled = false
  /** Bytes that may still follow; `undefined` where they are not counted. */
  #room: number | undefined
  /** That it is used up has been said. */
  #told = false

  /**
   * `wallClock` in ms; log time is never below that of the last record. `room`: bytes that may follow from what happens,
   * as JSON; where more would, what must follow does, and `bound.exceeded` is said once.
   */
  constructor(state: OrganizationState, definitions: Definitions, wallClock: number, room?: number) {
    this.#room = room
    this.#state = state
    this.#definitions = definitions
    this.#now = Math.max(wallClock, state.time)
  }

  /** Log time of everything in this turn. */
  get now(): number {
    return this.#now
  }

  /**
   * Does what has become due and, where it is asked to `review`, ends proposals that the revision has decided: who has
   * left cannot vote any more. As much as one commit holds; true where there is more, for a turn of its own. `crowded`: it
   * goes on with what an {@link unsettled} turn has begun, and nothing more may follow from that than has.
   */
  catchUp(review: boolean, crowded = false): boolean {
    const most = this.#room === undefined ? MAX_CATCH_UP_RECORDS : 1
    if (!this.#fireTimers(most)) return true
    // What is ended under another revision may leave room for what waits.
    return review && !(this.#review(most, crowded) && this.#fireTimers(most))
  }

  /** Open proposals are to be reviewed once more: what has been recorded may decide more of them than one commit holds. */
  get unsettled(): boolean {
    return this.#unsettled
  }

  /** Carries out one command, after what has become due. A refusal has recorded nothing of its own. */
  execute(command: Command): Answer {
    this.#fireTimers()
    const answer = this.#carryOut(command)
    // What it has made due, such as what waits for the room that it leaves. Where room is short that is for a turn of its own.
    if (this.#room === undefined) this.#fireTimers()
    return answer
  }

  #carryOut(command: Command): Answer {
    const state = this.#state
    const definitions = this.#definitions
    switch (command.kind) {
      case "publish":
        return this.#problem(command.event) ?? this.#done(command.event)
      case "vote":
        return this.#doneUnless(voteDraft(state, definitions, command, this.#now))
      case "delegate":
        return this.#doneUnless(delegationDraft(state, definitions, command, this.#now))
      case "revokeDelegation":
        return this.#doneUnless(revokeDelegationDraft(state, command))
      case "revokeStanding":
        return this.#doneUnless(revokeStandingDraft(state, command, this.#now))
      case "accept":
        return this.#allUnless(acceptDrafts(state, command))
      case "cancel":
        return this.#cancel(command)
      case "lease":
        return this.#lease(command)
      case "progress":
        return this.#allUnless(progressDrafts(state, command, this.#now))
      case "checkpoint":
        return this.#allUnless(checkpointDrafts(state, command, this.#now))
      case "byHand":
        return this.#allUnless(byHandDrafts(state, definitions, command, this.#now))
      case "stopAgent":
        return this.#allUnless(stopDrafts(state, definitions, command))
      case "startAgent":
        return this.#allUnless(startDrafts(state, command))
      case "interrupt":
        return this.#allUnless(interruptDrafts(state, command, this.#now))
      case "usage":
        return this.#allUnless(usageDrafts(state, command))
      case "finish":
        return this.#allUnless(finishDrafts(state, command, this.#now))
      case "cancelTask":
        return this.#allUnless(cancelTaskDrafts(state, command))
      case "report": {
        const { type, data, actor, subject, as, cause } = command
        return this.#done({
          ...as,
          type,
          data,
          actor,
          ...(subject === undefined ? undefined : { subject }),
          ...(cause === undefined
            ? undefined
            : { correlationid: cause.correlationid, causationid: cause.id, ...traceOf(cause) }),
        })
      }
      case "tick":
        return {}
    }
  }

  /** What keeps one of the daemon's own operations from happening, whatever the contracts say. */
  #problem(event: Incoming): Refusal | undefined {
    const state = this.#state
    switch (event.type) {
      case WRITE_DOCUMENT:
        return documentProblem(state, this.#definitions, event)
      case STORE_RESOURCE:
        return resourceProblem(event.data)
      case OPEN_PROPOSAL:
        return motionProblem(
          state,
          this.#definitions,
          stamp(event, state.org, state.position + 1, this.#now),
          this.#now,
        )
      default:
        return undefined
    }
  }

  /**
   * Adopts another revision: from here on it decides. `data` may hold the seeds of windows that it needs; `events` say
   * what else it means. Open proposals are to be reviewed under it.
   */
  adopt(
    definitions: Definitions,
    data: BuiltinData["contracts.revised"],
    actor: Actor,
    events: ReadonlyArray<Draft> = [],
  ): Answer {
    this.#fireTimers()
    this.#definitions = definitions
    return { event: this.#record([{ type: "contracts.revised", data, actor }, ...events]).event }
  }

  /** Records a draft and all that follows from it; answers with the first record. */
  #done(draft: Draft): Done {
    const { event, decision } = this.#record([draft])
    return decision === undefined ? { event } : { event, decision }
  }

  #cancel(command: Extract<Command, { kind: "cancel" }>): Answer {
    const draftsAt = (crowded?: Bound) => cancelDrafts(this.#state, this.#definitions, command, this.#now, crowded)
    const drafts = draftsAt()
    return this.#allUnless(isRefusal(drafts) || this.#hasRoom(drafts) ? drafts : draftsAt(SIZE_BOUND))
  }

  #doneUnless(draft: Draft | Refusal): Answer {
    return isRefusal(draft) ? draft : this.#done(draft)
  }

  #allUnless(drafts: ReadonlyArray<Draft> | Refusal): Answer {
    return isRefusal(drafts) ? drafts : { event: this.#record(drafts).event }
  }

  #record(drafts: ReadonlyArray<Draft>, crowd: Crowd = { requests: 0, others: 0 }): LogRecord {
    const start = this.records.length
    this.#drain(drafts, crowd)
    for (let at = start; at < this.records.length; at++)
      for (const id of revisited(this.#state, this.records[at]!)) {
        this.#unsettled ||= this.records.length - start >= MAX_CATCH_UP_RECORDS
        if (this.#unsettled) return this.records[start]!
        this.#revisit(id, this.records[at]!.event, crowd)
      }
    return this.records[start]!
  }

  /** The votes that cast themselves, one after the other: the first may decide it. Then whether it is decided without any. */
  #revisit(id: string, cause: Event, crowd: Crowd): void {
    const state = this.#state
    const undecided = (): OpenProposal | undefined => {
      const open = state.proposals.get(id)
      return open?.released === undefined ? open : undefined
    }
    if (cause.type === "proposal.opened")
      for (let open = undecided(); open !== undefined; open = undecided()) {
        const vote = standingVote(state, open, cause, this.#now)
        if (vote === undefined) break
        this.#drain([vote], crowd)
      }
    const open = undecided()
    if (open !== undefined) this.#drain(closeProposal(state, this.#definitions, open, cause, this.#now), crowd)
  }

  /** Records drafts, and what follows from each, in order. */
  #drain(drafts: ReadonlyArray<Draft>, crowd: Crowd): void {
    const queue: Array<Draft> = [...drafts]
    const state = this.#state
    for (let next = 0; next < queue.length; next++) {
      const draft = this.#written(queue[next]!)
      if (draft.keep !== undefined) this.texts.push(draft.keep)
      const gated = this.#isGated(draft)
      // Those still to be decided count, too: each may have something follow from it.
      const many = gated
        ? crowd.requests > MAX_DERIVED_REQUESTS_PER_TURN
        : Math.max(crowd.others++, queue.length) > MAX_DERIVED_PER_TURN
      const crowded = many && draft.depth !== undefined ? fanOutBound(gated) : undefined
      const { record, derived } = this.#decided(draft, crowded)
      const ended = endedBy(state, record)
      evolve(state, this.#definitions, record, this.#now)
      this.records.push(record)
      if (derived.length > 0) {
        queue.push(...derived)
        for (const one of derived) if (this.#isGated(one)) crowd.requests++
      }
      let reactions = react(state, this.#definitions, record, ended, this.#now)
      if (!this.#hasRoom(reactions))
        reactions = this.#saidOnce(react(state, this.#definitions, record, ended, this.#now, SIZE_BOUND))
      if (reactions.length > 0) queue.push(...reactions)
    }
  }

  #decided(draft: Draft, crowded: Bound | undefined): Decided {
    const decided = decide(this.#state, this.#definitions, draft, this.#now, crowded)
    if (this.#hasRoom(decided.derived)) return decided
    const { record, derived } = decide(this.#state, this.#definitions, draft, this.#now, SIZE_BOUND)
    return { record, derived: this.#saidOnce(derived) }
  }

  #hasRoom(drafts: ReadonlyArray<Draft>): boolean {
    if (this.#room === undefined || drafts.length === 0) return true
    const bytes = Buffer.byteLength(JSON.stringify(drafts))
    if (bytes > this.#room) return false
    this.#room -= bytes
    return true
  }

  /** Where there is room for nothing, there is none to say so of each. */
  #saidOnce(drafts: ReadonlyArray<Draft>): ReadonlyArray<Draft> {
    const said = drafts.filter(({ type }) => type !== "bound.exceeded" || !this.#told)
    this.#told ||= said.some(({ type }) => type === "bound.exceeded")
    return said
  }

  #isGated({ type }: Draft): boolean {
    return this.#definitions.cell(this.#state.org, type).eventClass === "gated"
  }

  /** What can only be said at the very place that the event gets. */
  #written(draft: Draft): Draft {
    switch (draft.type) {
      case "message.posted":
        return writtenMessage(draft, this.#definitions, this.#state.org)
      case "document.written":
        return writtenDocument(draft, this.#state, this.#definitions)
      case "cron":
        return writtenFiring(draft, this.#state)
      default:
        return draft
    }
  }

  /** False where it has stopped after so many records, with more to do. */
  #fireTimers(most = Number.POSITIVE_INFINITY): boolean {
    const state = this.#state
    // What happens may make something else due at the same moment: what waits for the room that it leaves.
    while (state.nextTimer <= this.#now) {
      state.nextTimer = Number.POSITIVE_INFINITY
      if (!this.#fireDue(most)) {
        state.nextTimer = this.#now
        return false
      }
      if (state.nextTimer <= this.#now) continue
      // What is due at this very moment has been looked at: time has to pass before it is again.
      state.nextTimer = Math.max(nextTimer(state, this.#now), this.#now + 1)
    }
    return true
  }

  #fireDue(most: number): boolean {
    const state = this.#state
    for (const due of dueAt(state, this.#now)) {
      if (this.records.length >= most) return false
      let drafts = due(state, this.#definitions, this.#now)
      if (!this.#hasRoom(drafts)) drafts = this.#saidOnce(due(state, this.#definitions, this.#now, SIZE_BOUND))
      if (drafts.length > 0) this.#record(drafts)
    }
    for (const lost of lostTasks(state, this.#now)) {
      if (this.records.length >= most) return false
      this.#allUnless(finishDrafts(state, lost, this.#now))
    }
    return true
  }

  #review(most: number, crowded: boolean): boolean {
    const state = this.#state
    for (const open of state.proposals.values()) {
      if (this.records.length >= most) return false
      const asked = askedEvent(state, open.proposal)
      const drafts = asked === undefined ? [] : closeProposal(state, this.#definitions, open, asked, this.#now)
      if (drafts.length > 0) this.#record(drafts, crowded ? fullCrowd() : undefined)
    }
    return true
  }

  /** The start of a run is asked for like anything else; only what is granted begins. */
  #lease(command: Extract<Command, { kind: "lease" }>): Answer {
    const lease = leaseOf(this.#state, command, this.#now)
    if (isRefusal(lease)) return lease
    const { run: id, attempt, request, granted, refused } = lease
    if (request !== undefined) {
      const { event, decision } = this.#record([request])
      const reason = decision?.reason ?? ""
      if (decision?.verdict === "hold") return { event, decision, run: { id, attempt, state: "waiting", reason } }
      if (decision?.verdict !== "allow") {
        this.#record([refused(reason)])
        return {
          event,
          ...(decision === undefined ? undefined : { decision }),
          run: { id, attempt, state: "denied", reason },
        }
      }
    }
    return { event: this.#record(granted).event, run: { id, attempt, state: "started" } }
  }
}

/** What has followed from one command so far. */
interface Crowd {
  requests: number
  others: number
}

const fullCrowd = (): Crowd => ({ requests: MAX_DERIVED_REQUESTS_PER_TURN + 1, others: MAX_DERIVED_PER_TURN + 1 })

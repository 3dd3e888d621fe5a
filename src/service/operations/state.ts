/** What is open in an organization: now, or as it was at some moment. */
import { Effect } from "effect"
import { busyAgents } from "../../kernel/agents.ts"
import { firingAt } from "../../kernel/schedules.ts"
import { emptyState, type OrganizationState } from "../../kernel/state.ts"
import { EventLog } from "../../log/EventLog.ts"
import { foldOn } from "../../supervision/organizationState.ts"
import type { FailedTry } from "../../supervision/failedTries.ts"
import { Revisions } from "../../supervision/Revisions.ts"
import { checkOrganization, fail } from "../access.ts"
import type { Service } from "../Service.ts"
import type { OrganizationStateView } from "../views/organizations.ts"
import { stuckInWords } from "../standing.ts"
import { standingIn } from "../standingApprovals.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"

/** The past is made again from the first record on: so many are folded for one answer at most. */
export const MAX_FOLDED_RECORDS = 200_000

export const stateOperations = (dependencies: Dependencies): Pick<typeof Service.Service, "state"> => {
  const { log, revisions, mailboxes, changes } = dependencies
  return {
    state: Effect.fnUntraced(function* (identity, org, at) {
      yield* checkOrganization(definitionsOf(dependencies), identity, org)
      if (at === undefined) return viewOf(yield* mailboxes.state(org), changes.stuck())
      const seq = yield* lastBefore(org, Date.parse(at))
      if (seq > MAX_FOLDED_RECORDS)
        return yield* fail(
          "too-large",
          "state-too-far",
          `${org} had ${seq} records by then, and at most ${MAX_FOLDED_RECORDS} are folded for an answer; read its events instead`,
        )
      const past = yield* foldOn(emptyState(org), seq).pipe(
        Effect.provideService(EventLog, log),
        Effect.provideService(Revisions, revisions),
      )
      return viewOf(past, [])
    }),
  }

  /** The last record at or before a time: log time never goes back, so it is found by halving. */
  function lastBefore(org: string, time: number) {
    return Effect.gen(function* () {
      const { position } = yield* mailboxes.state(org)
      let [before, after] = [0, position + 1]
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2)
        const record = yield* log.get(org, middle)
        if (record !== undefined && Date.parse(record.event.time) <= time) before = middle
        else after = middle
      }
      return before
    })
  }
}

const viewOf = (state: OrganizationState, stuck: ReadonlyArray<FailedTry>): OrganizationStateView => {
  const busy = busyAgents(state)
  return {
    org: state.org,
    seq: state.position,
    ...(state.position === 0 ? undefined : { time: timeOf(state.time) }),
    revision: state.revision ?? "",
    holds: [...state.holds.values()].map(({ id, event, proposals, until }) => ({
      id,
      event: event.id,
      type: event.type,
      actor: event.actor.name,
      opened: event.time,
      proposals,
      ...(until === undefined ? undefined : { until: timeOf(until) }),
    })),
    proposals: [...state.proposals.values()].map(({ proposal, votes }) => ({
      id: proposal.id,
      question: proposal.question,
      deadline: proposal.deadline,
      votes: [...votes.values()].map(({ by, choice }) => ({ by, choice })),
    })),
    tasks: [...state.tasks.values()].map(({ task, state: standing, attempt }) => ({
      id: task.id,
      member: task.member,
      event: task.event,
      state: standing,
      attempt,
    })),
    runs: [...state.runs.values()].map(({ run, task, member, started, usd, tokens, turns }) => ({
      id: run,
      task,
      member,
      started: timeOf(started),
      usd,
      tokens,
      turns,
    })),
    delegations: [...state.delegations.values()]
      .filter(({ expires }) => Date.parse(expires) > state.time)
      .map(({ id, from, to, on, expires }) => ({ id, from, to, on, expires })),
    standing: standingIn(state, state.time),
    agents: [...state.agents].map(([name, agent]) => {
      const next = firingAt(agent, busy.has(name))
      return {
        name,
        since: timeOf(agent.since),
        ...(agent.stopped === undefined ? undefined : { stopped: agent.stopped.by }),
        ...(next === Number.POSITIVE_INFINITY ? undefined : { next: timeOf(next) }),
      }
    }),
    documents: [...state.documents].map(([name, version]) => ({ name, version })),
    changes: [...state.changes.values()].map(({ change, state: standing }) => {
      const failed = stuck.find((one) => one.change === change)
      return { id: change, state: standing, ...(failed === undefined ? undefined : { stuck: stuckInWords(failed) }) }
    }),
  }
}

const timeOf = (ms: number): string => new Date(ms).toISOString()

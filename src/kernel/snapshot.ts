/** The state as JSON, so that a start does not depend on the length of the log. */
import type { Delegation, Vote } from "../domain/proposal.ts"
import { countWaiting } from "./bounds.ts"
import { decodeBudgets, encodeBudgets, type EncodedBudget } from "./budgets.ts"
import { decodeCounter, encodeCounter, type EncodedCounter } from "./counters.ts"
import { decodeLimits, encodeLimits, type EncodedLimit } from "./limits.ts"
import type {
  OpenChange,
  AgentStanding,
  ElectedOwner,
  OpenHold,
  OpenProposal,
  OpenRun,
  OpenTask,
  OrganizationState,
  StandingApproval,
} from "./state.ts"
import { nextTimer } from "./timers.ts"

/** A snapshot of another version is not read; the state is made from the log instead. */
export const SNAPSHOT_VERSION = 10

interface Encoded {
  readonly org: string
  readonly position: number
  readonly time: number
  readonly revision?: string
  readonly manifest?: string
  readonly counters: ReadonlyArray<readonly [string, EncodedCounter]>
  readonly limits: ReadonlyArray<EncodedLimit>
  readonly budgets: ReadonlyArray<EncodedBudget>
  readonly holds: ReadonlyArray<OpenHold>
  readonly proposals: ReadonlyArray<Omit<OpenProposal, "votes"> & { readonly votes: ReadonlyArray<Vote> }>
  readonly delegations: ReadonlyArray<Delegation>
  readonly standing: ReadonlyArray<StandingApproval>
  readonly tasks: ReadonlyArray<OpenTask>
  readonly runs: ReadonlyArray<OpenRun>
  readonly documents: ReadonlyArray<readonly [name: string, version: number]>
  readonly changes: ReadonlyArray<OpenChange>
  readonly owners: ReadonlyArray<readonly [name: string, owner: ElectedOwner]>
  readonly agents: ReadonlyArray<readonly [name: string, AgentStanding]>
}

/** Equal states have equal text. */
export const encodeState = (state: OrganizationState): string =>
  JSON.stringify({
    org: state.org,
    position: state.position,
    time: state.time,
    ...(state.revision === undefined ? undefined : { revision: state.revision }),
    ...(state.manifest === undefined ? undefined : { manifest: state.manifest }),
    counters: [...state.counters].map(([key, counter]) => [key, encodeCounter(counter)] as const).sort(byKey),
    limits: encodeLimits(state.limits),
    budgets: encodeBudgets(state.budgets),
    holds: [...state.holds.values()].map(normalHold),
    proposals: [...state.proposals.values()].map(({ proposal, votes, released, joined, option }) => ({
      proposal,
      votes: [...votes.values()],
      released,
      joined,
      option,
    })),
    delegations: [...state.delegations.values()],
    standing: [...state.standing.values()],
    tasks: [...state.tasks.values()].map(normalTask),
    runs: [...state.runs.values()],
    documents: [...state.documents].sort(byKey),
    changes: [...state.changes.values()].map(normalChange),
    owners: [...state.owners].sort(byKey),
    agents: [...state.agents].map(([name, agent]) => [name, normalAgent(agent)] as const).sort(byKey),
  } satisfies Encoded)

export const decodeState = (text: string): OrganizationState => {
  const encoded = JSON.parse(text) as Encoded
  const state: OrganizationState = {
    org: encoded.org,
    position: encoded.position,
    time: encoded.time,
    revision: encoded.revision,
    manifest: encoded.manifest,
    counters: new Map(encoded.counters.map(([key, counter]) => [key, decodeCounter(counter)])),
    limits: decodeLimits(encoded.limits),
    budgets: decodeBudgets(encoded.budgets),
    holds: new Map(encoded.holds.map((hold) => [hold.id, normalHold(hold)])),
    waiting: new Map(),
    proposals: new Map(
      encoded.proposals.map(({ proposal, votes, released, joined, option }) => [
        proposal.id,
        { proposal, votes: new Map(votes.map((vote) => [vote.by, vote])), released, joined, option },
      ]),
    ),
    delegations: new Map(encoded.delegations.map((delegation) => [delegation.id, delegation])),
    standing: new Map(encoded.standing.map((standing) => [standing.id, standing])),
    tasks: new Map(encoded.tasks.map((task) => [task.task.id, normalTask(task)])),
    runs: new Map(encoded.runs.map((run) => [run.run, run])),
    documents: new Map(encoded.documents),
    changes: new Map(encoded.changes.map((open) => [open.change, normalChange(open)])),
    owners: new Map(encoded.owners.map(([name, { owner, instead }]) => [name, { owner, instead }])),
    agents: new Map(encoded.agents.map(([name, agent]) => [name, normalAgent(agent)])),
    nextTimer: Number.POSITIVE_INFINITY,
  }
  for (const { event } of state.holds.values()) countWaiting(state, event, 1)
  state.nextTimer = nextTimer(state)
  return state
}

/** JSON drops what is undefined; the shape, and the order of its keys, must stay the same. */
const normalTask = ({
  task,
  state,
  attempt,
  failures,
  run,
  worker,
  until,
  escalated,
  checkpoint,
}: OpenTask): OpenTask => ({ task, state, attempt, failures, run, worker, until, escalated, checkpoint })

const normalAgent = ({ since, stopped, schedule }: AgentStanding): AgentStanding => ({
  since,
  stopped: stopped && { by: stopped.by, at: stopped.at, reason: stopped.reason },
  schedule:
    schedule &&
    ("cron" in schedule
      ? { cron: schedule.cron, timezone: schedule.timezone, goal: schedule.goal, next: schedule.next }
      : { every: schedule.every, goal: schedule.goal }),
})

const normalHold = ({ id, event, decision, proposals, reservations, until }: OpenHold): OpenHold => ({
  id,
  event,
  decision,
  proposals,
  reservations,
  until,
})

const normalChange = ({ change, seq, state, reason, by }: OpenChange): OpenChange => ({
  change,
  seq,
  state,
  reason,
  by,
})

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1)

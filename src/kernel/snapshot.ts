/** The state as JSON, so that a start does not depend on the length of the log. */
import { decodeCounter, encodeCounter, type EncodedCounter } from "./counters.ts"
import { decodeLimits, encodeLimits, type EncodedLimit } from "./limits.ts"
import { nextTimer } from "./react.ts"
import type { OpenHold, OpenProposal, OpenRun, OpenTask, OrganizationState } from "./state.ts"
import type { Vote } from "../domain/proposal.ts"

/** A snapshot of another version is not read; the state is made from the log instead. */
export const SNAPSHOT_VERSION = 1

interface Encoded {
  readonly org: string
  readonly position: number
  readonly time: number
  readonly revision?: string
  readonly manifest?: string
  readonly counters: ReadonlyArray<readonly [string, EncodedCounter]>
  readonly limits: ReadonlyArray<EncodedLimit>
  readonly holds: ReadonlyArray<OpenHold>
  readonly proposals: ReadonlyArray<{
    readonly proposal: OpenProposal["proposal"]
    readonly votes: ReadonlyArray<Vote>
    readonly succeeded: boolean
  }>
  readonly tasks: ReadonlyArray<OpenTask>
  readonly runs: ReadonlyArray<OpenRun>
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
    holds: [...state.holds.values()],
    proposals: [...state.proposals.values()].map(({ proposal, votes, succeeded }) => ({
      proposal,
      votes: [...votes.values()],
      succeeded,
    })),
    tasks: [...state.tasks.values()],
    runs: [...state.runs.values()],
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
    holds: new Map(encoded.holds.map((hold) => [hold.id, hold])),
    proposals: new Map(
      encoded.proposals.map(({ proposal, votes, succeeded }) => [
        proposal.id,
        { proposal, votes: new Map(votes.map((vote) => [vote.by, vote])), succeeded },
      ]),
    ),
    tasks: new Map(encoded.tasks.map((task) => [task.task.id, normalTask(task)])),
    runs: new Map(encoded.runs.map((run) => [run.run, run])),
    nextTimer: Number.POSITIVE_INFINITY,
  }
  state.nextTimer = nextTimer(state)
  return state
}

/** JSON drops what is undefined; the shape must stay the same for every task. */
const normalTask = ({ task, state, attempt, run, worker, until }: OpenTask): OpenTask => ({
  task,
  state,
  attempt,
  run,
  worker,
  until,
})

const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1)

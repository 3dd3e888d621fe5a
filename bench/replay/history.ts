/** A history that the kernel has made from the workload's events, with the records of each publish. */
import { isDeepStrictEqual } from "node:util"
import type { Decision } from "../../src/domain/decision.ts"
import type { Incoming } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { type ConditionsInput, readWorkload } from "../conditions/input.ts"
import { incoming } from "../publish/rows.ts"

/** Published events; what is held or waits as a task stays open, since nobody votes or works here. */
const PUBLISHED = 4_000
/** Log time between two of them, in ms. */
const STEP_MS = 1_000
const START = Date.parse("2026-11-02T10:00:00.000Z")

export interface Published {
  readonly event: Incoming
  readonly org: string
  /** Log time of its turn. */
  readonly at: number
  readonly records: ReadonlyArray<LogRecord>
}

export interface History {
  readonly definitions: Definitions
  readonly published: ReadonlyArray<Published>
}

export const makeHistory = (input: ConditionsInput): History => {
  const { events, ...rules } = readWorkload(input)
  const definitions = new Definitions({ revision: "bench", ...rules })
  const play = player(definitions)
  const published = events.slice(0, PUBLISHED).map((event, index) => {
    const one = { event: incoming(event, `p${index}`), org: event.org, at: START + STEP_MS * index }
    return { ...one, records: play(one) }
  })
  return { definitions, published }
}

/** Decides publishes one after the other, from empty states; answers the records of each. */
export const player = (
  definitions: Definitions,
): ((one: Pick<Published, "event" | "org" | "at">) => ReadonlyArray<LogRecord>) => {
  const states = new Map<string, OrganizationState>()
  return ({ event, org, at }) => {
    let state = states.get(org)
    if (state === undefined) states.set(org, (state = emptyState(org)))
    const turn = new Turn(state, definitions, at)
    const answer = turn.execute({ kind: "publish", event })
    if (isRefusal(answer)) throw new Error(answer.message)
    return turn.records
  }
}

/** How many decisions of a replay were compared. @throws where one is not as it stands in the history. */
export const compareReplay = ({ definitions, published }: History): number => {
  const play = player(definitions)
  const decisions = (records: ReadonlyArray<LogRecord>): ReadonlyArray<Decision> =>
    records.flatMap(({ decision }) => (decision === undefined ? [] : [decision]))
  let compared = 0
  for (const one of published) {
    const before = decisions(one.records)
    if (!isDeepStrictEqual(decisions(play(one)), before)) throw new Error(`${one.event.id} is decided otherwise`)
    compared += before.length
  }
  return compared
}

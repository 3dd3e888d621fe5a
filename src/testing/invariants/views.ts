/** 4. Live state = fold of the log = state after a rebuild. */
import { HOLD_ENDS } from "../../domain/proposal.ts"
import type { Evidence, Say } from "./evidence.ts"
import type { LogIndex } from "./logIndex.ts"

export const checkViews = ({ holds, proposals, tasks }: Evidence, log: LogIndex, say: Say): void => {
  const states = (what: string, shown: ReadonlyMap<string, string>, recorded: ReadonlyMap<string, string>): void => {
    for (const [id, state] of recorded)
      if (shown.get(id) !== state) say(4, `${what} ${id} is shown as ${shown.get(id) ?? "nothing"}, and is ${state}`)
    for (const id of shown.keys()) if (!recorded.has(id)) say(4, `${what} ${id} is shown, and is not in the log`)
  }
  states(
    "hold",
    new Map(holds.map(({ id, state }) => [id, state])),
    new Map([...log.holds].map(([id, { ends }]) => [id, HOLD_ENDS[ends[0]?.type ?? ""] ?? "held"])),
  )
  states(
    "proposal",
    new Map(proposals.map(({ id, state, votes }) => [id, `${state} with ${votes.length} votes`])),
    new Map(
      [...log.proposals].map(([id, { ends, votes }]) => [
        id,
        `${ends.at(-1)?.type.slice("proposal.".length) ?? "active"} with ${new Set(votes.map(({ vote }) => vote.by)).size} votes`,
      ]),
    ),
  )
  states(
    "task",
    new Map(tasks.map(({ id, state }) => [id, TASK_ENDS.has(state) ? state : "open"])),
    new Map([...log.tasks].map(([id, { ends }]) => [id, ends[0] ?? "open"])),
  )
}

const TASK_ENDS: ReadonlySet<string> = new Set(["completed", "dead", "cancelled"])

/** 2 and 3, of what waited: it ends once, as its proposals did. */
import type { Say } from "./evidence.ts"
import type { HoldLife, LogIndex } from "./logIndex.ts"

const VERDICTS: Readonly<Record<string, string>> = {
  "hold.released": "allow",
  "hold.denied": "deny",
  "hold.cancelled": "deny",
  "hold.expired": "expired",
}

export const checkHold = (
  { event, decision, opened, ends, proposals: announced }: HoldLife,
  log: LogIndex,
  say: Say,
): void => {
  const id = decision.hold!
  if (!opened) say(2, `${id} was never opened`)
  if (ends.length > 1) say(2, `${id} has ended ${ends.length} times`)
  for (const proposal of announced)
    if (!log.proposals.has(proposal)) say(3, `${proposal} was announced and never opened`)
  const [end] = ends
  const proposals = announced.map((proposal) => outcomeOf(log, proposal))
  if (end === undefined) return
  if (end.decision.verdict !== VERDICTS[end.type]) say(2, `${id}: ${end.type} says ${end.decision.verdict}`)
  if (end.decision.first?.seq !== event.seq || end.decision.first.revision !== decision.revision)
    say(1, `${id}: its second decision does not name the first`)
  if (end.type === "hold.released" && proposals.some((type) => type !== "proposal.succeeded"))
    say(3, `${id} was released while not all of its proposals had succeeded`)
  if (end.type === "hold.expired" && !proposals.includes("proposal.expired"))
    say(3, `${id} has expired, and none of its proposals`)
}

/** How a requirement ended: a further proposal stands for one that ran out of time. */
const outcomeOf = (log: LogIndex, id: string): string | undefined => {
  const further = [...log.proposals.values()].find(({ proposal }) => proposal.escalates === id)
  return further === undefined ? log.proposals.get(id)?.ends[0]?.type : outcomeOf(log, further.proposal.id)
}

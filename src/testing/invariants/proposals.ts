/**
 * 3. A proposal is decided once, by its frozen electorate, under the revision it was opened under; a vote counts once;
 * expiry never means yes.
 */
import { isMet } from "../countedVotes.ts"
import type { Say } from "./evidence.ts"
import { isVeto, type LogIndex, place, type ProposalLife, releaseOf } from "./logIndex.ts"

export const checkProposal = (life: ProposalLife, log: LogIndex, say: Say): void => {
  const { proposal, votes, ends, hold } = life
  const { id, electorate, deadline } = proposal
  if (proposal.motion !== undefined) checkMotion(life, log, say)
  else if (hold === undefined) say(3, `${id} belongs to no held event`)
  else if (hold.decision.revision !== proposal.revision && !hold.continued && proposal.escalates === undefined)
    say(3, `${id} was opened under another revision than its event was held under`)
  const types = ends.map(({ type }) => type).join()
  const revoked = proposal.delay !== undefined && types === "proposal.succeeded,proposal.cancelled"
  if (ends.length > 1 && !revoked) say(3, `${id} was decided ${ends.length} times`)
  for (const { vote, time } of votes) {
    const veto = isVeto(proposal, vote)
    const elector = electorate.find(({ name }) => name === vote.by)
    if (elector === undefined && !veto) say(3, `${vote.by} has voted on ${id} and is no elector`)
    if (!veto && elector?.joins !== undefined && time < elector.joins)
      say(3, `${vote.by} has voted on ${id} before he joined`)
    if (time >= deadline && !(veto && proposal.delay !== undefined))
      say(3, `${vote.by} has voted on ${id} after its deadline`)
  }
  const [end] = ends
  if (end === undefined) return
  const before = votes.filter(({ seq }) => seq < end.seq)
  const last = new Map(before.map(({ vote }) => [vote.by, vote.choice]))
  const type = proposal.motion === undefined ? (hold?.event.type ?? "") : "proposal.open.requested"
  const delegations = log.delegations.get(proposal.org)
  const readings = delegations?.readings(proposal, type, last, end.seq, end.time, log.left) ?? [last]
  const counted = proposal.of === "cast" || proposal.resolution.kind === "plurality"
  const vetoed = before.some(({ vote }) => isVeto(proposal, vote) && last.get(vote.by) === "deny")
  const met = new Set(readings.map((counting) => !vetoed && isMet(proposal, counting)))
  const told = JSON.stringify([...readings[0]!])
  if (end.type === "proposal.succeeded" && (!met.has(true) || (end.time >= deadline && !counted)))
    say(3, `${id} has succeeded with ${told} at ${end.time}`)
  if (
    end.type === "proposal.expired" &&
    end.time < deadline &&
    electorate.some(({ name }) => !readings[0]!.has(name) && !log.left.has(name))
  )
    say(3, `${id} has expired before its deadline`)
  if (end.type === "proposal.defeated" && !met.has(false)) say(3, `${id} was defeated with ${told}`)
}

/** Opened by a request that was let through, by nobody else's leave; what it enforces is what has won. */
const checkMotion = ({ proposal, ends, executed, enforced }: ProposalLife, log: LogIndex, say: Say): void => {
  const { id, motion, org } = proposal
  const { decision } = log.bySeq.get(place(org, motion!.seq)) ?? {}
  const allowed = decision?.verdict === "allow" || releaseOf(log.holds.get(decision?.hold ?? "")) !== undefined
  if (!allowed) say(2, `${id} was opened, though it was not let through`)
  if (executed.length > 1) say(3, `${id} was executed ${executed.length} times`)
  if (executed.length > 0 && ends.map(({ type }) => type).join() !== "proposal.succeeded")
    say(3, `${id} was executed, and had not succeeded`)
  for (const { seq, data } of executed)
    for (const task of log.tasksOf.get(place(org, seq)) ?? [])
      if (log.tasks.get(task)?.created.contract === proposal.contract)
        enforced.push(`${data.goal} is ${log.tasks.get(task)!.created.member}'s`)
  const [outcome] = executed
  const won = outcome?.data.option
  const { binding, document, goal } = motion!
  const due =
    binding && won !== undefined ? [document ?? goal ?? ""].filter(Boolean).map((what) => `${what} is ${won}'s`) : []
  // Who has left since then gets nothing.
  if (enforced.length > due.length || enforced.some((what) => !due.includes(what)))
    say(2, `${id} has led to ${JSON.stringify(enforced)}, and to ${JSON.stringify(due)} at most it may`)
}

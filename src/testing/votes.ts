/** Invariant 3 for one proposal: the rule as the contract's reader has it, over the votes that were cast. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import type { Elector, Proposal, Vote } from "../domain/proposal.ts"
import type { History, ProposalLife, Say } from "./history.ts"

export const checkProposal = (life: ProposalLife, history: History, say: Say): void => {
  const { proposal, ends, hold } = life
  const { id } = proposal
  if (hold === undefined) say(3, `${id} belongs to no held event`)
  if (life.revision !== proposal.revision)
    say(3, `${id} was opened under ${life.revision}, and says ${proposal.revision}`)
  const types = ends.map(({ type }) => type).join()
  const revoked = proposal.delay !== undefined && types === "proposal.succeeded,proposal.cancelled"
  if (ends.length > 1 && !revoked) say(3, `${id} was decided ${ends.length} times`)
  for (const { vote, event } of life.votes) checkVote(life, vote, event, say)
  if (ends.length > 0) checkEnd(life, history, say)
}

const checkVote = ({ proposal, ends }: ProposalLife, vote: Vote, event: Event, say: Say): void => {
  const { id, electorate, deadline, delay } = proposal
  const veto = isVeto(proposal, vote)
  const elector = electorate.find(({ name }) => name === vote.by)
  const { time } = event
  const [end] = ends
  const late = end !== undefined && event.seq > end.event.seq
  if (late && !(veto && delay !== undefined && end.type === "proposal.succeeded"))
    say(3, `${vote.by} has voted on ${id} after its end`)
  if (elector === undefined && !veto) say(3, `${vote.by} has voted on ${id} and is no elector`)
  if (elector?.joins !== undefined && time < elector.joins && !veto)
    say(3, `${vote.by} has voted on ${id} before he joined`)
  if (time >= deadline && !(veto && delay !== undefined)) say(3, `${vote.by} has voted on ${id} after its deadline`)
}

const checkEnd = (life: ProposalLife, history: History, say: Say): void => {
  const { proposal, votes } = life
  const { id, deadline, electorate, resolution } = proposal
  const { type, event } = life.ends[0]!
  const before = votes.filter((one) => one.event.seq < event.seq)
  const cast = new Map(before.map(({ vote }) => [vote.by, vote.choice]))
  const choices = new Map(
    electorate.flatMap(({ name }) => {
      const choice = choiceOf(name, life, cast, history, event)
      return choice === undefined ? [] : [[name, choice] as const]
    }),
  )
  const counted = proposal.of === "cast" || resolution.kind === "plurality"
  const vetoed = before.some(({ vote }) => isVeto(proposal, vote) && cast.get(vote.by) === "deny")
  const met = !vetoed && isMet(proposal, choices)
  const told = JSON.stringify([...choices])
  if (type === "proposal.succeeded" && (!met || (event.time >= deadline && !counted)))
    say(3, `${id} has succeeded with ${told} at ${event.time}`)
  if (type === "proposal.defeated" && met) say(3, `${id} was defeated with ${told}`)
  const silent = electorate.some(({ name }) => !choices.has(name) && !history.left.has(name))
  if (type === "proposal.expired" && event.time < deadline && (silent || !counted))
    say(3, `${id} has expired before its deadline`)
}

/** Was a hold let through before the delay of one of its proposals was over? */
export const releasedEarly = ({ proposal, ends }: ProposalLife, released: Event): boolean => {
  const succeeded = ends.find(({ type }) => type === "proposal.succeeded")?.event
  if (proposal.delay === undefined || succeeded === undefined) return false
  const { release } = succeeded.data as BuiltinData["proposal.succeeded"]
  return Date.parse(released.time) < Date.parse(succeeded.time) + proposal.delay || release === undefined
}

const isVeto = ({ vetoers = [] }: Proposal, { by, choice }: Vote): boolean =>
  choice === "deny" && vetoers.some(({ name }) => name === by)

/** His own vote, or that of the one to whom he has delegated it, and so on; in a circle he abstains. */
const choiceOf = (
  elector: string,
  { proposal, hold }: ProposalLife,
  cast: ReadonlyMap<string, string>,
  { delegations }: History,
  end: Event,
): string | undefined => {
  const passed: Array<string> = []
  for (let name: string | undefined = elector; name !== undefined;) {
    if (cast.has(name)) return cast.get(name)
    if (passed.includes(name)) return "abstain"
    passed.push(name)
    const from: string = name
    name = delegations.find(
      ({ org, delegation, seq, until }) =>
        org === end.org &&
        delegation.from === from &&
        seq < end.seq &&
        end.seq < until &&
        end.time < delegation.expires &&
        typeMatches(delegation.on, hold?.event.type ?? "") &&
        proposal.electorate.some((one) => one.name === delegation.to && one.kind === "human"),
    )?.delegation.to
  }
  return undefined
}

const isMet = (proposal: Proposal, choices: ReadonlyMap<string, string>): boolean => {
  const { electorate, resolution, quorum = 1 } = proposal
  const voters = (choice: string) => electorate.filter(({ name }) => choices.get(name) === choice)
  const approve = voters("approve")
  if (resolution.kind === "plurality") {
    if (choices.size < quorum) return false
    const totals = resolution.options.map((option) => ({
      option,
      total: weigh(voters(option)),
      heads: voters(option).length,
    }))
    const best = totals.filter(({ total, heads }) => heads > 0 && totals.every((other) => other.total <= total))
    const winner = best.length === 1 ? best[0] : best.find(({ option }) => option === resolution.tieBreak)
    return winner !== undefined && winner.option !== "deny"
  }
  if (resolution.kind === "approvals") return approve.length >= resolution.approvals
  const cast = proposal.of === "cast"
  if (approve.length === 0 || (cast && choices.size < quorum)) return false
  const of = cast ? [...approve, ...voters("deny")] : electorate.filter(({ joins }) => joins === undefined)
  const share = weigh(approve) / weigh(of)
  switch (resolution.kind) {
    case "majority":
      return share > 0.5
    case "supermajority":
      return share >= resolution.fraction - 1e-9
    case "unanimous":
      return approve.length >= of.length
  }
}

const weigh = (of: ReadonlyArray<Elector>): number => of.reduce((sum, { weight }) => sum + weight, 0)

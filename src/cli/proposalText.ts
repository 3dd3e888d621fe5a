/** What a proposal asks, of whom, until when, and how it stands. */
import { amount } from "../domain/amount.ts"
import type { ProposalView } from "./answers.ts"
import type { Client } from "./client.ts"
import { bold, dim, green, red, yellow } from "./output.ts"
import { localTime, timeAndDistance } from "./times.ts"
import { plain } from "./text.ts"
import { table } from "../domain/table.ts"

/** The heading is the question. */
export const proposalLines = (proposal: ProposalView, now: Date): ReadonlyArray<string> => [
  `${bold(proposal.id)}  ${plain(proposal.question)}`,
  ...standingLines(proposal, now).map((line) => `    ${line}`),
]

export const standingLines = (proposal: ProposalView, now: Date): ReadonlyArray<string> => {
  const { state, deadline, electorate, votes, requester, org, resolvedAt, reason } = proposal
  if (state !== "active")
    return [
      `${STATES[state](state)}${resolvedAt === undefined ? "" : `, ${timeAndDistance(resolvedAt, now)}`}; asked by ${plain(requester)} in ${org}`,
      ...(reason === undefined ? [] : [`${dim("because")}   ${plain(reason)}`]),
      ...delayLines(proposal, now),
      ...voteLines(proposal, now),
    ]
  const asksOperator = electorate.some(({ kind }) => kind === "operator")
  const open = electorate.filter(({ name }) => !votes.some(({ by }) => by === name)).map(({ name }) => plain(name))
  return [
    `${dim("asked by")}  ${plain(requester)} in ${org}`,
    `${dim("votes")}     ${tallyText(proposal)}`,
    asksOperator
      ? `${dim("waits for")} the operator: charter accept ${proposal.id}, or: charter cancel ${proposal.id}`
      : `${dim("can vote")}  ${open.length === 0 ? "all have voted" : open.join(", ")}`,
    `${dim("until")}     ${timeAndDistance(deadline, now)}; ${lateText(proposal)}`,
    ...voteLines(proposal, now),
  ]
}

/** When what was decided takes effect at the earliest, and who may still stop it. */
const delayLines = (proposal: ProposalView, now: Date): ReadonlyArray<string> => {
  const effect = effectAt(proposal)
  if (effect === undefined || Date.parse(effect) <= now.getTime()) return []
  const vetoers = (proposal.vetoers ?? []).map(({ name }) => plain(name)).join(", ")
  return [
    `${dim("delayed")}   until ${timeAndDistance(effect, now)}${vetoers === "" ? "" : `; ${vetoers} can veto it until then`}`,
  ]
}

/** The end of the delay after success; absent where there is none, or it has taken effect. */
const effectAt = ({ state, delay, resolvedAt, executedAt }: ProposalView): string | undefined =>
  state !== "succeeded" || delay === undefined || resolvedAt === undefined || executedAt !== undefined
    ? undefined
    : new Date(Date.parse(resolvedAt) + delay).toISOString()

/** What becomes of it when its time is up. */
export const lateText = ({ motion, of, resolution }: ProposalView): string => {
  if (of === "cast" || resolution.kind === "plurality") return "then it is counted"
  return motion === undefined ? "then it expires, which denies" : "then it expires"
}

export const voteLines = ({ votes }: ProposalView, now: Date): ReadonlyArray<string> =>
  votes.map(
    ({ by, choice, reason, at, bystanding }) =>
      `${CHOICES[choice] ?? plain(choice)} by ${plain(by)}${bystanding === undefined ? "" : " (by a standing approval)"}, ${timeAndDistance(at, now)}${reason === undefined ? "" : `: ${plain(reason)}`}`,
  )

const CHOICES: Readonly<Record<string, string>> = table({
  approve: green("approved"),
  deny: red("denied"),
  abstain: dim("abstained"),
})

const STATES: Readonly<Record<ProposalView["state"], (text: string) => string>> = {
  active: yellow,
  succeeded: green,
  defeated: red,
  expired: red,
  cancelled: dim,
}

/** `1 of 2 approvals`, `1 approval of 4; more than half are needed`. */
export const tallyText = ({ resolution, votes, electorate }: ProposalView): string => {
  const approvals = votes.filter(({ choice }) => choice === "approve").length
  const { length: size } = electorate
  const given = `${amount(approvals, "approval")} of ${size}`
  switch (resolution.kind) {
    case "approvals":
      return `${approvals} of ${amount(resolution.approvals, "approval")}`
    case "majority":
      return `${given}; more than half are needed`
    case "supermajority":
      return `${given}; ${Math.round(resolution.fraction * 100)}% are needed`
    case "unanimous":
      return `${given}; all are needed`
    case "plurality":
      return `${votes.length} of ${size} have voted; most votes win of ${resolution.options.map(plain).join(", ")}`
  }
}

/** What a vote has led to, for whoever has cast it. */
export const outcomeText = async (client: Client, view: ProposalView, choice: string): Promise<string> => {
  const voted = `You have ${VOTED[choice] ?? `chosen "${plain(choice)}"`}.`
  if (view.state === "active") return `${voted} It is still open: ${tallyText(view)}.`
  const hold = view.hold === undefined ? undefined : await client.hold(view.hold).catch(() => undefined)
  if (hold === undefined) {
    const won = view.option === undefined ? "" : `, ${plain(view.option)}`
    return `${voted} That decides it: ${STATES[view.state](view.state)}${won}.`
  }
  const what = `${plain(hold.type)} of ${plain(hold.requester.name)}`
  switch (hold.state) {
    case "released":
      return `${voted} ${green(`${what} is let through.`)}`
    case "held": {
      const effect = effectAt(view)
      return effect === undefined
        ? `${voted} The event still waits for another proposal: charter holds`
        : `${voted} It is decided, and takes effect at ${localTime(effect)} at the earliest: charter holds`
    }
    default:
      return `${voted} ${red(`${what} is ${hold.state}${hold.reason === undefined ? "" : `: ${plain(hold.reason)}`}.`)}`
  }
}

export const VOTED: Readonly<Record<string, string>> = table({
  approve: "approved",
  deny: "denied",
  abstain: "abstained",
})

/** What a proposal asks, of whom, until when, and how it stands. */
import type { ProposalView } from "./answers.ts"
import { bold, dim, green, red, yellow } from "./output.ts"
import { timeAndDistance } from "./times.ts"
import { plain } from "./text.ts"

/** The heading is the question. */
export const proposalLines = (proposal: ProposalView, now: Date): ReadonlyArray<string> => [
  `${bold(proposal.id)}  ${plain(proposal.question)}`,
  ...standingLines(proposal, now).map((line) => `    ${line}`),
]

export const standingLines = (proposal: ProposalView, now: Date): ReadonlyArray<string> => {
  const { state, deadline, electorate, votes, requester, org, resolvedAt } = proposal
  if (state !== "active")
    return [
      `${STATES[state](state)}${resolvedAt === undefined ? "" : `, ${timeAndDistance(resolvedAt, now)}`}; asked by ${plain(requester)} in ${org}`,
      ...voteLines(proposal, now),
    ]
  const open = electorate.filter(({ name }) => !votes.some(({ by }) => by === name)).map(({ name }) => plain(name))
  return [
    `${dim("asked by")}  ${plain(requester)} in ${org}`,
    `${dim("votes")}     ${tally(proposal)}`,
    `${dim("can vote")}  ${open.length === 0 ? "all have voted" : open.join(", ")}`,
    `${dim("until")}     ${timeAndDistance(deadline, now)}; then it expires, which denies`,
    ...voteLines(proposal, now),
  ]
}

export const voteLines = ({ votes }: ProposalView, now: Date): ReadonlyArray<string> =>
  votes.map(
    ({ by, choice, reason, at }) =>
      `${CHOICES[choice] ?? plain(choice)} by ${plain(by)}, ${timeAndDistance(at, now)}${reason === undefined ? "" : `: ${plain(reason)}`}`,
  )

const CHOICES: Readonly<Record<string, string>> = {
  approve: green("approved"),
  deny: red("denied"),
  abstain: dim("abstained"),
}

const STATES: Readonly<Record<ProposalView["state"], (text: string) => string>> = {
  active: yellow,
  succeeded: green,
  defeated: red,
  expired: red,
  cancelled: dim,
}

/** `1 of 2 approvals`, `1 approval of 4; more than half are needed`. */
const tally = ({ resolution, votes, electorate }: ProposalView): string => {
  const approvals = votes.filter(({ choice }) => choice === "approve").length
  const { length: size } = electorate
  const given = `${approvals} approval${approvals === 1 ? "" : "s"} of ${size}`
  switch (resolution.kind) {
    case "approvals":
      return `${approvals} of ${resolution.approvals} approval${resolution.approvals === 1 ? "" : "s"}`
    case "majority":
      return `${given}; more than half are needed`
    case "supermajority":
      return `${given}; ${Math.round(resolution.fraction * 100)}% are needed`
    case "unanimous":
      return `${given}; all are needed`
    case "plurality":
      return `${votes.length} of ${size} have voted; most votes win`
  }
}

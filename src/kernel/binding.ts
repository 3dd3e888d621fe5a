/**
 * What a proposal needs that is to bind, though no contract asks for it: whoever opens it chooses neither who is asked
 * nor how few of them are enough. Pure.
 */
import type { RequireVotes } from "../domain/contract.ts"
import type { Elector, Proposal } from "../domain/proposal.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Definitions } from "./definitions.ts"

export const bindingProblem = (votes: RequireVotes, proposal: Proposal): Refusal | undefined => {
  const { from, weights } = votes
  const { electorate, of, quorum, resolution } = proposal
  const more = Math.floor(electorate.length / 2) + 1
  if (from.length !== 1 || from[0]!.kind !== "humans" || from[0]!.scope)
    return weak(`it asks all humans of the organization; leave "from" out`)
  if (typeof weights === "object") return weak(`it counts heads, or what members weigh; leave "weights" out`)
  if (resolution.kind === "approvals")
    return resolution.approvals < more
      ? weak(`more than half of the ${electorate.length} who can vote approve it: ${more}`)
      : undefined
  return of === "cast" && (quorum ?? more) < more
    ? weak(`more than half of the ${electorate.length} who can vote do: a quorum of ${more}`)
    : undefined
}

/** Where the votes cast are counted, more than half have to vote; whom the organization's file names the owner may veto. */
export const withOwnersVeto = (definitions: Definitions, proposal: Proposal): Proposal => {
  const { electorate, motion, of, org, quorum, vetoers = [] } = proposal
  const { members, organization } = definitions.view(org)
  const owner = organization.documents.find(({ name }) => name === motion?.document)?.owner
  const member = owner === undefined ? undefined : members.get(owner)
  const vetoer: Elector | undefined =
    member === undefined || vetoers.some(({ name }) => name === member.name)
      ? undefined
      : { name: member.name, kind: member.kind, weight: member.weight, org }
  return {
    ...proposal,
    ...(of === "cast" ? { quorum: quorum ?? Math.floor(electorate.length / 2) + 1 } : undefined),
    ...(vetoer === undefined ? undefined : { vetoers: [...vetoers, vetoer] }),
  }
}

const weak = (what: string): Refusal =>
  refuse("invalid", "not-binding", `a proposal that no contract asks for binds only where ${what}`)

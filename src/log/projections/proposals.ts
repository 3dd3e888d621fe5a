import type { BuiltinData } from "../../domain/builtins.ts"
import { PROPOSAL_STATES, type ProposalState } from "../../domain/proposal.ts"
import type { ProposalView } from "../Projections.ts"
import { on, type ReadModel, updateView } from "./readModel.ts"

const CLOSED = {
  "proposal.succeeded": "succeeded",
  "proposal.defeated": "defeated",
  "proposal.expired": "expired",
  "proposal.cancelled": "cancelled",
} as const satisfies Partial<Record<keyof BuiltinData, ProposalState>>

/** Proposals with the votes that count: one of each voter, the last. */
export const proposals: ReadModel<ProposalView> = {
  name: "proposals",
  states: PROPOSAL_STATES,
  state: (view) => view.state,
  members: ({ electorate, vetoers = [] }) => [...new Set([...electorate, ...vetoers].map(({ name }) => name))],
  event: () => undefined,
  on: {
    ...on(["proposal.opened"], (proposal, event) => [
      {
        kind: "open",
        model: "proposals",
        id: proposal.id,
        row: {
          org: event.org,
          ...(proposal.hold === undefined ? undefined : { link: proposal.hold }),
          view: { ...proposal, state: "active", votes: [] } satisfies ProposalView,
        },
      },
    ]),
    ...on(["vote.cast"], (vote, event) => [
      {
        kind: "update",
        model: "proposals",
        find: { id: vote.proposal },
        update: updateView<ProposalView>((view) => ({
          ...view,
          votes: [...view.votes.filter(({ by }) => by !== vote.by), { ...vote, at: event.time }],
        })),
      },
    ]),
    ...on(Object.keys(CLOSED) as Array<keyof typeof CLOSED>, ({ option, proposal, reason }, event) => [
      {
        kind: "update",
        model: "proposals",
        find: { id: proposal },
        update: updateView<ProposalView>((view) => ({
          ...view,
          state: CLOSED[event.type as keyof typeof CLOSED],
          resolvedAt: event.time,
          reason,
          ...(option === undefined ? undefined : { option }),
        })),
      },
    ]),
    ...on(["hold.released"], ({ hold }, { time }) => [
      { kind: "update", model: "proposals", find: { link: hold }, update: executedAt(time) },
    ]),
    ...on(["proposal.executed"], ({ proposal }, { time }) => [
      { kind: "update", model: "proposals", find: { id: proposal }, update: executedAt(time) },
    ]),
  },
}

const executedAt = (time: string) =>
  updateView<ProposalView>((view) => (view.state === "succeeded" ? { ...view, executedAt: time } : view))

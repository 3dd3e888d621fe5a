import { HOLD_ENDS, HOLD_STATES } from "../../domain/proposal.ts"
import type { HoldView } from "../Projections.ts"
import { on, type ReadModel, updateView } from "./readModel.ts"

export const holds: ReadModel<HoldView> = {
  name: "holds",
  states: HOLD_STATES,
  state: (view) => view.state,
  members: () => [],
  event: (view) => view.event,
  on: {
    ...on(["hold.opened"], (hold, event) => [
      {
        kind: "open",
        model: "holds",
        id: hold.id,
        row: { org: event.org, view: { ...hold, state: "held" } satisfies HoldView },
      },
    ]),
    ...on(["hold.continued"], ({ hold, reason, proposals, until }) => [
      {
        kind: "update",
        model: "holds",
        find: { id: hold },
        update: updateView<HoldView>(({ until: _, ...view }) => ({
          ...view,
          reason,
          proposals,
          ...(until === undefined ? undefined : { until }),
        })),
      },
    ]),
    ...on(["proposal.opened"], ({ id, hold, escalates }) =>
      escalates === undefined || hold === undefined
        ? []
        : [
            {
              kind: "update",
              model: "holds",
              find: { id: hold },
              update: updateView<HoldView>((view) => ({ ...view, proposals: [...view.proposals, id] })),
            },
          ],
    ),
    ...on(["hold.released", "hold.denied", "hold.expired", "hold.cancelled"], ({ hold, reason }, event) => [
      {
        kind: "update",
        model: "holds",
        find: { id: hold },
        update: updateView<HoldView>((view) => ({
          ...view,
          state: HOLD_ENDS[event.type] ?? view.state,
          reason,
          resolvedAt: event.time,
        })),
      },
    ]),
  },
}

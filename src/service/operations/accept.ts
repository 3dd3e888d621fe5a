/** What waits for the operator's word: holds that ask him, and edits on disk. */
import { Effect } from "effect"
import { checkOperator, fail } from "../access.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { operatorActor } from "../../supervision/actors.ts"
import type { Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "accept" | "edits" | "acceptEdit">

export const acceptOperations = (dependencies: Dependencies): Operations => {
  const { workspace, projections } = dependencies
  return {
    accept: Effect.fnUntraced(function* (identity, target, reason) {
      yield* checkOperator(identity, "accept what waits for the operator")
      const id = target.startsWith("p-") ? (yield* projections.proposal(target))?.hold : target
      const hold = id === undefined ? undefined : yield* projections.hold(id)
      if (hold === undefined)
        return yield* fail("not-found", "hold-unknown", `nothing that is held goes by "${target}"`)
      if (hold.state !== "held")
        return yield* fail("conflict", "hold-ended", `${hold.id} has been ${hold.state} already`, { state: hold.state })
      yield* submit(dependencies, hold.org, {
        kind: "accept",
        target: hold.id,
        by: operatorActor,
        ...(reason === undefined ? undefined : { reason }),
      })
      return (yield* projections.hold(hold.id)) ?? hold
    }),
    edits: Effect.fnUntraced(function* (identity) {
      yield* checkOperator(identity, "see edits that wait")
      const { edit } = yield* workspace.status
      return edit === undefined ? [] : [{ ...edit, since: new Date(edit.since).toISOString() }]
    }),
    acceptEdit: Effect.fnUntraced(function* (identity, edit) {
      yield* checkOperator(identity, "accept an edit")
      const { set } = yield* Effect.mapError(workspace.acceptEdit(edit), (refusal) => new Refused({ refusal }))
      return { revision: set.revision }
    }),
  }
}

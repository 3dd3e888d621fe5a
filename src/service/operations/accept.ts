/** What waits for a word: holds that ask the operator, and edits on disk, which members may ask for. */
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import { checkOperator, fail } from "../access.ts"
import type { Identity } from "../identity.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { otherEdit } from "../../workspace/refusals.ts"
import { operatorActor } from "../../supervision/actors.ts"
import { changeOperations, checkTouched, textsOf } from "./changes.ts"
import type { Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "accept" | "edits" | "acceptEdit">

export const acceptOperations = (dependencies: Dependencies): Operations => {
  const { workspace, projections } = dependencies
  const { proposeEdit, changes } = changeOperations(dependencies)

  /** The edit that waits, where the identity may see all that it is about. */
  const visibleEdit = Effect.fnUntraced(function* (identity: Identity) {
    const { edit } = yield* workspace.status
    if (edit === undefined || identity.kind === "operator") return edit
    return yield* workspace.preview(textsOf(edit.files)).pipe(
      Effect.flatMap((preview) => checkTouched(dependencies, identity, preview)),
      Effect.as(edit),
      // What is no longer on disk cannot be looked at.
      Effect.orElseSucceed(() => undefined),
    )
  })

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
      const edit = yield* visibleEdit(identity)
      return edit === undefined ? [] : [{ ...edit, since: new Date(edit.since).toISOString() }]
    }),
    acceptEdit: Effect.fnUntraced(function* (identity, edit) {
      if (identity.kind === "operator") {
        const { set } = yield* Effect.mapError(workspace.acceptEdit(edit), (refusal) => new Refused({ refusal }))
        return { revision: set.revision }
      }
      yield* workspace.reload
      const waiting = yield* visibleEdit(identity)
      if (waiting === undefined)
        return yield* fail("not-found", "nothing-edited", `no edit on disk waits that ${identity.name} may accept`)
      if (waiting.edit !== edit) return yield* Effect.fail(new Refused({ refusal: otherEdit(waiting.edit) }))
      const files = textsOf(waiting.files)
      const asked = (yield* changes(identity)).find((one) => isDeepStrictEqual(textsOf(one.files), files))
      const change =
        asked === undefined ? yield* proposeEdit(identity, edit, files) : { ...asked, duplicate: true as const }
      return { change, ...(change.revision === undefined ? undefined : { revision: change.revision }) }
    }),
  }
}

/** What waits for a word: holds that ask the operator, and edits on disk, which members may ask for. */
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import { checkOperator, fail, maySeeFilesOf } from "../access.ts"
import type { Identity } from "../identity.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import type { EditView } from "../views/changes.ts"
import { otherEdit } from "../../workspace/refusals.ts"
import type { WaitingEdit } from "../../workspace/standing.ts"
import { operatorActor } from "../../supervision/actors.ts"
import { changeOperations, textsOf } from "./changes.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "accept" | "edits" | "acceptEdit">

export const acceptOperations = (dependencies: Dependencies): Operations => {
  const { workspace, projections } = dependencies
  const { proposeEdit, changes } = changeOperations(dependencies)

  /** The edit that waits, where the identity may see all of its files: it is accepted as a whole. */
  const visibleEdit = Effect.fnUntraced(function* (identity: Identity): Effect.fn.Return<WaitingEdit | undefined> {
    const { edit } = yield* workspace.status
    if (edit === undefined || identity.kind === "operator") return edit
    if (!maySeeFilesOf(definitionsOf(dependencies), identity, edit.organizations)) return undefined
    const own = new Set(edit.files.map(({ file }) => file))
    return { ...edit, diagnostics: edit.diagnostics.filter(({ file }) => own.has(file)) }
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
      return edit === undefined ? [] : [viewOf(edit)]
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

const viewOf = ({ organizations: _, since, ...edit }: WaitingEdit): EditView => ({
  ...edit,
  since: new Date(since).toISOString(),
})

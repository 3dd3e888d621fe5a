/** Pages of inboxes as the service asks the read models for them. */
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { layerLocal } from "../../src/log/local/layer.ts"
import { Projections } from "../../src/log/Projections.ts"
import type { Prepare } from "../contest/contestant.ts"
import { type InboxInput, reading } from "./pages.ts"

const prepare: Prepare<InboxInput> = async ({ file, filters }) => {
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(Layer.build(layerLocal({ file })).pipe(Scope.provide(scope)))
  const { inbox } = Context.get(context, Projections)
  return {
    ...reading(filters, (filter) => Effect.runSync(inbox(filter)).items.map(({ id }) => id)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

export default prepare

/** Makes a token; whoever calls has checked that it may be made. */
import { Effect } from "effect"
import { GLOBAL } from "../domain/names.ts"
import type { BuiltinData } from "../domain/builtins.ts"
import { operatorActor } from "../supervision/actors.ts"
import type { Dependencies } from "./operations/dependencies.ts"
import { type asNamed, submit } from "./operations/submit.ts"
import { hashOf, newSecret, newTokenId } from "./tokens.ts"

/** The secret is in the answer and nowhere else; `duplicate`: this very command has made another one before. */
export const makeToken = Effect.fnUntraced(function* (
  dependencies: Dependencies,
  { identity, kind, expires, roles }: Omit<BuiltinData["token.created"], "id" | "hash">,
  as: ReturnType<typeof asNamed> = {},
) {
  const token = newSecret()
  const id = newTokenId()
  const data: BuiltinData["token.created"] = {
    id,
    identity,
    kind,
    hash: hashOf(token),
    ...(expires === undefined ? undefined : { expires }),
    ...(roles === undefined ? undefined : { roles }),
  }
  const { event, duplicate } = yield* submit(dependencies, GLOBAL, {
    kind: "report",
    type: "token.created",
    ...as,
    actor: operatorActor,
    data,
  })
  return { id, token, event, duplicate }
})

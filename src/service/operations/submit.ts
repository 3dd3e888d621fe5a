/** Asks a mailbox; a refusal comes out in the error channel. */
import { Effect } from "effect"
import { isRefusal } from "../../domain/refusal.ts"
import type { Command, Done } from "../../kernel/command.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import { Refused } from "../refused.ts"
import type { Dependencies } from "./dependencies.ts"
import { submitFollowed } from "./followed.ts"

export const submit = (
  dependencies: Dependencies,
  org: string,
  command: Command,
): Effect.Effect<Done & { readonly duplicate?: true }, Refused | LogUnavailable> =>
  Effect.flatMap(submitFollowed(dependencies, org, command), (answer) =>
    isRefusal(answer) ? Effect.fail(new Refused({ refusal: answer })) : Effect.succeed(answer),
  )

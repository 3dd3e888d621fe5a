/** Asks a mailbox; a refusal comes out in the error channel. */
import { Effect } from "effect"
import { isRefusal } from "../../domain/refusal.ts"
import type { Command, Done, EventName } from "../../kernel/command.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import { fail } from "../access.ts"
import type { Identity } from "../identity.ts"
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

/** The name of what a command makes, from the key that its request came with. */
export const asNamed = ({ source }: Identity, key: string | undefined): { readonly as?: EventName } =>
  key === undefined ? {} : { as: { id: key, source } }

export const keyUsed = (key: string | undefined) =>
  fail("conflict", "event-differs", `the key "${key}" has been used for something else; take another one`)

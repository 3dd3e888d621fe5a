import { Effect } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import { GLOBAL } from "../domain/names.ts"
import { daemonActor } from "../kernel/draft.ts"
import { Mailboxes } from "./Mailboxes.ts"

/** Records what concerns the daemon as a whole, as its own word, in `@global`. */
export const report = <T extends keyof BuiltinData>(type: T, data: BuiltinData[T]) =>
  Effect.flatMap(Mailboxes, (mailboxes) =>
    mailboxes.submit(GLOBAL, { kind: "report", type, data, actor: daemonActor() }),
  )

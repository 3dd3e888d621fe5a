/** Cursors that come in from outside. */
import { Effect } from "effect"
import type { EventLog, LogUnavailable } from "../log/EventLog.ts"
import { fail } from "./access.ts"
import type { Refused } from "./refused.ts"

/** For the edges: they refuse what the log cannot have given out, before anything is asked with it. */
export { isCursor } from "../log/cursor.ts"

/** Whoever waited behind a place that the log has not reached would miss, without a word, all that comes until then. */
export const checkCursor = (
  { reaches, end }: Pick<typeof EventLog.Service, "reaches" | "end">,
  cursor: string | undefined,
): Effect.Effect<void, Refused | LogUnavailable> =>
  cursor === undefined
    ? Effect.void
    : Effect.flatMap(reaches(cursor), (reached) =>
        reached
          ? Effect.void
          : Effect.flatMap(end, (last) =>
              fail(
                "gone",
                "cursor-ahead",
                `the log ends at ${last}, before the cursor ${cursor}: it is another log, or was restored from a backup; ` +
                  "begin anew, with an empty cursor at the very first event, or with none",
                { end: last },
              ),
            ),
      )

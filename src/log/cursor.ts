/** Cursors as the adapters here make them: the place in the whole log, from 1, in decimal digits; `""` is the start. */
import { Effect } from "effect"
import { LogUnavailable } from "./EventLog.ts"

const CURSOR = /^(?:[1-9]\d{0,14}|0)?$/

/** True where the log can have made `text`. The edges refuse anything else before they ask the log. */
export const isCursor = (text: string): boolean => CURSOR.test(text)

export const cursorOf = (position: number): string => String(position)

/** The position a cursor stands for; 0 for `""`. */
export const positionOf = (cursor: string): Effect.Effect<number, LogUnavailable> =>
  isCursor(cursor)
    ? Effect.succeed(Number(cursor))
    : Effect.fail(
        new LogUnavailable({
          operation: "go on from the cursor",
          reason: `it never gave out ${JSON.stringify(cursor)}`,
        }),
      )

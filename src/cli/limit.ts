/** `--limit` */
import { type Given, textOption } from "./command.ts"
import { misuse } from "./failure.ts"

/** Rows of a list for a person, where `--limit` does not say. */
const DEFAULT_ROWS = 30
const MAX_ROWS = 1_000

export const readLimit = (given: Given): string => {
  const text = textOption(given, "limit") ?? String(DEFAULT_ROWS)
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit < 1 || limit > MAX_ROWS)
    throw misuse(`--limit is a number from 1 to ${MAX_ROWS}, not ${JSON.stringify(text)}.`)
  return text
}

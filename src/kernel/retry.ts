/** When a failed task is given again. */

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 5 * 60_000

/** Exponential: 1 s after the first attempt, doubled after each further one, at most 5 minutes. */
export const backoffMs = (attempt: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, attempt - 1))

/** What every adapter asks of a commit before it looks at the organization's state. */
import { type Commit, MAX_COMMIT_BYTES } from "../domain/record.ts"

/** What is wrong with a commit in itself: a mistake of the caller, which no repetition cures. */
export const commitProblem = (org: string, expected: number, commit: Commit): string | undefined => {
  if (commit.length === 0) return "a commit has at least one record"
  for (let index = 0; index < commit.length; index++) {
    const { event } = commit[index]!
    if (event.org !== org) return `a commit of ${org} holds a record of ${event.org}`
    if (event.seq !== expected + index + 1) return `a record has number ${event.seq}, expected ${expected + index + 1}`
  }
  return undefined
}

/** Bytes of a commit as JSON: within a few hundred bytes for each record of what any adapter encodes it to. */
export const commitBytes = (commit: Commit): number =>
  commit.reduce((bytes, record) => bytes + Buffer.byteLength(JSON.stringify(record)), 0)

/** Said of a commit of `bytes`, more than {@link MAX_COMMIT_BYTES}. */
export const commitTooLarge = (bytes: number): string => `a commit of ${bytes} bytes is larger than ${MAX_COMMIT_BYTES}`

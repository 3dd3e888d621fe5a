/** What the main thread and a log thread say to each other. Groups of commits go as bare buffers, without a wrapper. */
import type { Opened, Source, VerifyReport } from "../EventLog.ts"
import type { CommitOutcome } from "./writer.ts"

export interface ThreadData {
  readonly role: "writer" | "reader"
  readonly file: string
}

export type WriterJob =
  | { readonly kind: "open"; readonly org: string }
  | { readonly kind: "saveSnapshot"; readonly org: string; readonly snapshot: NonNullable<Opened["snapshot"]> }
  | { readonly kind: "archive"; readonly sources: ReadonlyArray<Source> }
  | { readonly kind: "rebuild" }
  | { readonly kind: "close" }

/** One job for each reader: it ends by itself. */
export type ReaderJob =
  | { readonly kind: "verify" }
  | { readonly kind: "digest" }
  | { readonly kind: "copy"; readonly to: string }

/** What a job answers, by its kind. */
export interface JobResult {
  readonly open: Opened
  readonly saveSnapshot: undefined
  readonly archive: undefined
  /** Records looked at. */
  readonly rebuild: number
  readonly close: undefined
  readonly verify: VerifyReport
  readonly digest: string
  readonly copy: undefined
}

/** Groups are answered in their order, jobs by their number. */
export type Request<Job> = ArrayBuffer | { readonly job: number; readonly what: Job }

export type Response =
  /** The oldest group without an answer was appended whole; this is the last position of the log now. */
  | number
  | { readonly group: ReadonlyArray<CommitOutcome> }
  | { readonly groupFailed: string }
  | { readonly job: number; readonly value: unknown }
  | { readonly job: number; readonly failed: string }
  | { readonly job: number; readonly progress: number }

/**
 * The main thread's side of the writer. Commits gather in one buffer while the writer is busy and go as one group: one
 * message there, one back, one transaction.
 */
import type { Worker } from "node:worker_threads"
import { Effect } from "effect"
import type { Commit } from "../../domain/record.ts"
import { commitSize } from "../../observability/metrics.ts"
import { commitTooLarge } from "../commit.ts"
import { cursorOf } from "../cursor.ts"
import { AppendConflict, type Appended, LogUnavailable } from "../EventLog.ts"
import { makeEncoder } from "./encoding.ts"
import type { JobResult, Request, Response, WriterJob } from "./messages.ts"
import { startThread } from "./startThread.ts"
import type { CommitOutcome } from "./writer.ts"

/** What gathers while the writer is busy; beyond that, whoever appends waits. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024
/** Records of one transaction, but for a larger single commit: some milliseconds of writing. */
const MAX_GROUP_RECORDS = 1_000
/** One that is being written, and one that the writer finds when it is done. */
const MAX_GROUPS_SENT = 2

type AppendResult = Effect.Effect<Appended, AppendConflict | LogUnavailable>

interface Pending {
  readonly org: string
  readonly expected: number
  readonly epoch: number
  readonly commit: Commit
  /** Of the encoded commit, from when it is gathered. */
  bytes: number
  readonly settle: (result: AppendResult) => void
}

export interface WriterThread {
  readonly append: (org: string, expected: number, epoch: number, commit: Commit) => AppendResult
  readonly run: <Kind extends WriterJob["kind"]>(
    job: Extract<WriterJob, { kind: Kind }>,
    progress?: (done: number) => void,
  ) => Effect.Effect<JobResult[Kind], LogUnavailable>
  /** Writes what has gathered and ends the thread. Appends are refused from then on. */
  readonly close: Effect.Effect<void>
}

/**
 * `committed` hears the last position of the log after each group, before anybody who appended is answered. The thread
 * starts at once, beside whatever else has to be made ready; the file need not be there before the first use.
 */
export const makeWriterThread = (file: string, committed: (position: number) => void): WriterThread => {
  const encoder = makeEncoder(MAX_GROUP_BYTES)
  const jobs = new Map<number, { readonly kind: string; readonly hear: (response: JobResponse) => void }>()
  const waiting: Array<Pending> = []
  const sent: Array<ReadonlyArray<Pending>> = []
  let gathered: Array<Pending> = []
  let gatheredRecords = 0
  let flushing = false
  let lastJob = 0
  let closed = false
  let thread: Worker | undefined

  // ── to the writer ──────────────────────────────────────────────────────────────────────────────────────────────────

  const post = (request: Request<WriterJob>): void => {
    thread ??= start()
    thread.postMessage(request, request instanceof ArrayBuffer ? [request] : [])
  }

  /** Adds a commit to what gathers; false where it has to wait for room. */
  const gather = (pending: Pending): boolean => {
    if (gathered.length > 0 && gatheredRecords + pending.commit.length > MAX_GROUP_RECORDS) return false
    const added = encoder.add(pending.org, pending.expected, pending.epoch, pending.commit)
    if (added === false) return false
    if (typeof added === "number") {
      pending.bytes = added
      gathered.push(pending)
      gatheredRecords += pending.commit.length
    } else pending.settle(Effect.fail(unavailable("append", commitTooLarge(added.bytes))))
    return true
  }

  const send = (): void => {
    post(encoder.take())
    sent.push(gathered)
    gathered = []
    gatheredRecords = 0
    let fitting = 0
    while (fitting < waiting.length && gather(waiting[fitting]!)) fitting++
    waiting.splice(0, fitting)
  }

  const flush = (): void => {
    flushing = false
    while (gathered.length > 0 && sent.length < MAX_GROUPS_SENT) send()
  }

  /** Everything that is appended before the running task ends goes in one group. */
  const flushSoon = (): void => {
    if (flushing || sent.length >= MAX_GROUPS_SENT) return
    flushing = true
    queueMicrotask(flush)
  }

  const append: WriterThread["append"] = (org, expected, epoch, commit) =>
    Effect.callback((resume) => {
      if (closed) return resume(Effect.fail(unavailable("append", CLOSED)))
      let settled = false
      let afterwards: (() => void) | undefined
      const pending: Pending = {
        org,
        expected,
        epoch,
        commit,
        bytes: 0,
        settle: (result) => {
          settled = true
          resume(result)
          afterwards?.()
        },
      }
      if (waiting.length > 0 || !gather(pending)) waiting.push(pending)
      flushSoon()
      // What has been gathered will be written: an interruption waits for that, so that nothing is written behind a back.
      return Effect.callback<void>((interrupt) => {
        const index = waiting.indexOf(pending)
        if (index >= 0) waiting.splice(index, 1)
        if (index >= 0 || settled) interrupt(Effect.void)
        else afterwards = () => interrupt(Effect.void)
      })
    })

  const run: WriterThread["run"] = <Kind extends WriterJob["kind"]>(
    what: Extract<WriterJob, { kind: Kind }>,
    progress?: (done: number) => void,
  ) =>
    Effect.callback<JobResult[Kind], LogUnavailable>((resume) => {
      if (closed && what.kind !== "close") return resume(Effect.fail(unavailable(what.kind, CLOSED)))
      if (gathered.length > 0) send()
      const job = ++lastJob
      jobs.set(job, {
        kind: what.kind,
        hear: (response) => {
          if ("progress" in response) return progress?.(response.progress)
          jobs.delete(job)
          resume(
            "failed" in response
              ? Effect.fail(unavailable(what.kind, response.failed))
              : Effect.succeed(response.value as JobResult[Kind]),
          )
        },
      })
      post({ job, what })
    })

  // ── from the writer ────────────────────────────────────────────────────────────────────────────────────────────────

  const start = (): Worker => {
    const started = startThread({ role: "writer", file })
    let reason = "the writer thread ended"
    started.on("message", hear)
    started.on("error", (error) => {
      reason = `the writer thread failed: ${error.message}`
    })
    started.on("exit", () => {
      if (thread === started) thread = undefined
      for (const group of sent.splice(0)) failGroup(group, reason)
      for (const [job, waiter] of jobs) waiter.hear({ job, failed: reason })
      flush()
    })
    return started
  }

  const hear = (response: Response): void => {
    if (typeof response === "object" && "job" in response) return jobs.get(response.job)?.hear(response)
    const group = sent.shift()!
    // The next group goes first: the writer is idle until it comes.
    flush()
    if (typeof response === "number") appended(group, response)
    else if ("groupFailed" in response) failGroup(group, response.groupFailed)
    else settleApart(group, response.group)
  }

  const appended = (group: ReadonlyArray<Pending>, end: number): void => {
    committed(end)
    let position = end
    for (const { commit } of group) position -= commit.length
    for (const pending of group) {
      position += pending.commit.length
      written(pending, position)
    }
  }

  const written = ({ expected, commit, bytes, settle }: Pending, position: number): void => {
    commitSize.observe(bytes)
    settle(Effect.succeed({ position: expected + commit.length, cursor: cursorOf(position) }))
  }

  const settleApart = (group: ReadonlyArray<Pending>, outcomes: ReadonlyArray<CommitOutcome>): void => {
    for (const outcome of outcomes) if (outcome.kind === "appended") committed(outcome.position)
    group.forEach((pending, index) => {
      const { org, expected, settle } = pending
      const outcome = outcomes[index]!
      switch (outcome.kind) {
        case "appended":
          return written(pending, outcome.position)
        case "conflict":
          return settle(
            Effect.fail(new AppendConflict({ org, expected, actual: outcome.actual, fenced: outcome.fenced })),
          )
        case "failed":
          return settle(Effect.fail(unavailable("append", outcome.reason)))
      }
    })
  }

  const close = Effect.suspend(() => {
    closed = true
    while (gathered.length > 0) send()
    if (thread === undefined) return Effect.void
    const ended = new Promise<void>((resolve) => thread!.once("exit", () => resolve()))
    return Effect.andThen(
      Effect.ignore(run({ kind: "close" })),
      Effect.promise(() => ended),
    )
  })

  thread = start()
  return { append, run, close }
}

type JobResponse = Extract<Response, { readonly job: number }>

const CLOSED = "it is closed"

const unavailable = (operation: string, reason: string): LogUnavailable => new LogUnavailable({ operation, reason })

const failGroup = (group: ReadonlyArray<Pending>, reason: string): void => {
  for (const { settle } of group) settle(Effect.fail(unavailable("append", reason)))
}

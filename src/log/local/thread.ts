/**
 * Where a thread of the log starts: as the writer, or as a reader for what takes long. `Worker` finds it by its address,
 * so a bundle needs this file as an entry point of its own.
 */
import { parentPort, workerData } from "node:worker_threads"
import { copy } from "./copy.ts"
import { type Connection, adviceOf, openReader, reasonOf, WRITER_BUSY_MS } from "./database.ts"
import { digest } from "./digest.ts"
import type { JobResult, ReaderJob, Request, Response, ThreadData, WriterJob } from "./messages.ts"
import { verify } from "./verify.ts"
import { makeWriter, type Writer } from "./writer.ts"

/** Time without work after which the writer tidies up. */
const IDLE_MS = 200

const { role, file } = workerData as ThreadData
const port = parentPort!
const answer = (response: Response): void => port.postMessage(response)

const serveWriter = (): void => {
  // The thread is started before the file is made; it opens it with the first thing that is asked for.
  let writer: Writer | undefined
  const idle = setTimeout(() => {
    try {
      writer?.tidy()
    } catch {
      // The next commit meets the same trouble and says so to those who wait for it.
    }
  }, IDLE_MS).unref()

  port.on("message", (request: Request<WriterJob>) => {
    if (request instanceof ArrayBuffer) append((writer ??= makeWriter(file)), request)
    else if (request.what.kind === "close") close(request.job, writer)
    else runJob((writer ??= makeWriter(file)), request.job, request.what)
    idle.refresh()
  })
}

const append = (writer: Writer, group: ArrayBuffer): void => {
  try {
    const outcome = writer.append(group)
    answer(typeof outcome === "number" ? outcome : { group: outcome })
  } catch (error) {
    answer({ groupFailed: adviceOf(error) })
  }
}

const runJob = (writer: Writer, job: number, what: Exclude<WriterJob, { readonly kind: "close" }>): void =>
  attempt(job, () => {
    switch (what.kind) {
      case "open":
        return answer({ job, value: writer.open(what.org) })
      case "saveSnapshot":
        return answer({ job, value: writer.saveSnapshot(what.org, what.snapshot) })
      case "archive":
        return answer({ job, value: writer.archive(what.sources) })
      case "rebuild":
        return rebuild(writer, job, 0)
    }
  })

/** A writer that was never asked for anything has not touched the file. */
const close = (job: number, writer: Writer | undefined): void =>
  attempt(job, () => {
    writer?.close()
    answer({ job, value: undefined })
    port.close()
  })

/** Slice by slice, with whatever else has arrived in between. */
const rebuild = (writer: Writer, job: number, from: number): void =>
  attempt(job, () => {
    const { done, finished } = writer.rebuild(from)
    if (finished) return answer({ job, value: done })
    answer({ job, progress: done })
    setImmediate(() => rebuild(writer, job, done))
  })

const serveReader = (): void => {
  port.on("message", ({ job, what }: { readonly job: number; readonly what: ReaderJob }) => {
    attempt(job, () => {
      const connection = openReader(file, WRITER_BUSY_MS)
      try {
        answer({ job, value: read(connection, what) })
      } finally {
        connection.close()
      }
    })
    port.close()
  })
}

const read = (connection: Connection, job: ReaderJob): JobResult[ReaderJob["kind"]] => {
  switch (job.kind) {
    case "verify":
      return verify(connection)
    case "digest":
      return digest(connection)
    case "copy":
      return copy(connection, job.to)
  }
}

/** Whoever asks for a job of the reader looks at a file, which need not be the log. */
const told = role === "writer" ? adviceOf : reasonOf

const attempt = (job: number, body: () => void): void => {
  try {
    body()
  } catch (error) {
    answer({ job, failed: told(error) })
  }
}

if (role === "writer") serveWriter()
else serveReader()

/** What a run says, as commands to its organization: bundled, so that a chatty one does not fill the log. */
import { isChangeRequest } from "../domain/change.ts"
import type { Actor } from "../domain/event.ts"
import { isEventType, isReserved } from "../domain/eventTypes.ts"
import type { Task } from "../domain/task.ts"
import type { Chunk } from "../executors/Executor.ts"
import type { Command } from "../kernel/command.ts"

/** How long a worker holds a task without a sign of life. */
export const LEASE_MS = 60_000

/** What a run says is recorded in bundles: at most so many chunks, at most so late. */
export const PROGRESS_CHUNKS = 100
export const PROGRESS_MS = 200

export interface Recorded {
  readonly task: Task
  readonly run: string
  /** In whose name the run publishes. */
  readonly by: Actor
  /** The trace that the run is part of. */
  readonly traceparent: string | undefined
  /** Numbers the events of the run, from 1. */
  readonly nextEvent: () => number
}

/** Texts that follow each other are one record, and of checkpoints the last; everything else stays as it is, in order. */
export const bundled = (chunks: Iterable<Chunk>): ReadonlyArray<Chunk> => {
  const bundles: Array<Chunk> = []
  for (const chunk of chunks) {
    const last = bundles.at(-1)
    if (chunk.kind === "progress" && chunk.data === undefined && last?.kind === "progress" && last.data === undefined)
      bundles[bundles.length - 1] = { kind: "progress", text: `${last.text}\n${chunk.text}` }
    else if (chunk.kind === "checkpoint" && last?.kind === "checkpoint") bundles[bundles.length - 1] = chunk
    else bundles.push(chunk)
  }
  return bundles
}

/** Nothing for what is not kept. */
export const commandOf = (chunk: Chunk, { task, run, by, traceparent, nextEvent }: Recorded): Command | undefined => {
  switch (chunk.kind) {
    case "process":
    case "result":
      return undefined
    case "progress":
      return {
        kind: "progress",
        task: task.id,
        run,
        leaseMs: LEASE_MS,
        text: chunk.text,
        ...(chunk.data === undefined ? undefined : { data: chunk.data }),
      }
    case "checkpoint":
      return { kind: "checkpoint", task: task.id, run, leaseMs: LEASE_MS, data: chunk.data }
    case "usage":
      return { kind: "usage", run, usd: chunk.usd ?? 0, tokens: chunk.tokens ?? 0, turns: chunk.turns ?? 0 }
    case "event":
      return mayPublish(chunk.type)
        ? {
            kind: "publish",
            event: {
              id: `${run}.e${nextEvent()}`,
              source: `run/${run}`,
              type: chunk.type,
              org: task.org,
              actor: by,
              correlationid: task.correlationid,
              causationid: task.event,
              hops: task.hops,
              run,
              ...(traceparent === undefined ? undefined : { traceparent }),
              ...(chunk.subject === undefined ? undefined : { subject: chunk.subject }),
              ...(chunk.data === undefined ? undefined : { data: chunk.data }),
            },
          }
        : {
            kind: "progress",
            task: task.id,
            run,
            leaseMs: LEASE_MS,
            text: `refused to publish "${chunk.type}": a run may publish requests and events of its own, not the daemon's`,
          }
  }
}

/** A change of the rules is asked for through a door, where it is looked at first. */
const mayPublish = (type: string): boolean =>
  isEventType(type) && !isReserved(type) && type !== "run.requested" && !isChangeRequest(type)

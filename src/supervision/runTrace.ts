/** The spans of one attempt at a task, in the trace of the event that it follows from: its time in the queue, its lease, its run. */
import type { Event } from "../domain/event.ts"
import type { Task } from "../domain/task.ts"
import type { Outcome } from "../executors/Executor.ts"
import type { Spans, TraceSpan } from "../observability/Tracing.ts"

export interface RunTrace {
  /** Of asking for the run; absent where no traces are recorded. */
  readonly dispatch: TraceSpan | undefined
  /** The run may begin. Answers with the `traceparent` for what it does. */
  readonly begin: (run: string, attempt: number, executor: string) => string | undefined
  /** The end of it, however it came. */
  readonly end: (outcome?: Outcome) => void
}

/** Begins with the dispatch. Without spans the run still learns which trace it is in. */
export const traceRun = (spans: Spans | undefined, task: Task, event: Event | undefined): RunTrace => {
  const parent = event?.traceparent
  if (spans === undefined) return { dispatch: undefined, begin: () => parent, end: () => {} }
  const about = {
    "charter.organization": task.org,
    "charter.task": task.id,
    "charter.member": task.member,
    "charter.contract": task.contract,
  }
  const taken = performance.now()
  const dispatch = spans.begin("dispatch", { parent, attributes: about })
  let run: TraceSpan | undefined
  return {
    dispatch,
    begin: (id, attempt, executor) => {
      dispatch.end()
      // Before a further attempt it was not the queue that it waited for.
      if (attempt === 1) {
        const from = taken - Math.max(0, Date.now() - Date.parse(task.created) - (performance.now() - taken))
        spans.begin("queue", { parent: parent ?? dispatch, from, attributes: about }).end({ at: taken })
      }
      run = spans.begin("run", {
        kind: "consumer",
        parent: parent ?? dispatch,
        attributes: { ...about, "charter.run": id, "charter.attempt": attempt, "charter.executor": executor },
      })
      return run.traceparent
    },
    end: (outcome) => {
      dispatch.end()
      if (outcome === undefined) run?.end({ problem: "the run was cut off" })
      else run?.end(outcome.success ? {} : { problem: "the run has failed" })
    },
  }
}

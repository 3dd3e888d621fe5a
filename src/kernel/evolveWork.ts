/** Tasks, runs and agents, as records change them. A part of `evolve`. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { foldAgents } from "./agents.ts"
import { correctRun, settleRun } from "./budgets.ts"
import { wakeWaiting } from "./room.ts"
import type { OpenTask, OrganizationState } from "./state.ts"

/** A run that waits for an approval keeps its name, so that it is not asked for again once it is granted. */
export const holdRun = (state: OrganizationState, event: Event, decision: Decision | undefined): void => {
  if (decision?.verdict !== "hold") return
  const { task, run } = event.data as BuiltinData["run.requested"]
  const open = state.tasks.get(task)
  if (open === undefined) return
  open.state = "waiting"
  open.run = run
}

export const foldWork = (state: OrganizationState, event: Event, now: number): void => {
  switch (event.type as keyof BuiltinData) {
    case "task.created": {
      const task = event.data as BuiltinData["task.created"]
      const open: OpenTask = {
        task,
        state: task.human === true ? "waiting" : "queued",
        attempt: 0,
        failures: 0,
        run: undefined,
        worker: undefined,
        until: 0,
        escalated: 0,
        checkpoint: undefined,
      }
      state.tasks.set(task.id, open)
      const first = task.escalations?.[0]
      if (first !== undefined) state.nextTimer = Math.min(state.nextTimer, Date.parse(first.at))
      return
    }
    case "task.escalated": {
      const { task, level } = event.data as BuiltinData["task.escalated"]
      const open = state.tasks.get(task)
      if (open === undefined) return
      open.escalated = level + 1
      const next = open.task.escalations?.[open.escalated]
      if (next !== undefined) state.nextTimer = Math.min(state.nextTimer, Date.parse(next.at))
      return
    }
    case "task.started": {
      const started = event.data as BuiltinData["task.started"]
      const open = state.tasks.get(started.task)
      if (open === undefined) return
      open.state = "running"
      open.attempt = started.attempt
      open.run = started.run
      open.worker = started.worker
      open.until = Date.parse(started.lease)
      state.nextTimer = Math.min(state.nextTimer, open.until)
      return
    }
    case "task.progress": {
      const progress = event.data as BuiltinData["task.progress"]
      const open = state.tasks.get(progress.task)
      if (open !== undefined && progress.lease !== undefined) open.until = Date.parse(progress.lease)
      return
    }
    case "task.checkpoint": {
      const { task, lease } = event.data as BuiltinData["task.checkpoint"]
      const open = state.tasks.get(task)
      if (open === undefined) return
      open.checkpoint = event.seq
      open.until = Date.parse(lease)
      return
    }
    case "task.failed": {
      const failed = event.data as BuiltinData["task.failed"]
      const open = state.tasks.get(failed.task)
      if (open === undefined) return
      if (failed.dead) {
        state.tasks.delete(failed.task)
        return
      }
      if (failed.lost !== true) open.failures++
      open.state = open.task.human === true ? "waiting" : "queued"
      open.run = undefined
      open.worker = undefined
      open.until = failed.retry === undefined ? 0 : Date.parse(failed.retry)
      return
    }
    case "task.completed":
    case "task.cancelled":
      state.tasks.delete((event.data as BuiltinData["task.completed"]).task)
      return
    case "run.started": {
      const { run, task, member, attempt } = event.data as BuiltinData["run.started"]
      const hops = state.tasks.get(task)?.task.hops ?? 0
      state.runs.set(run, { run, task, member, attempt, hops, started: now, usd: 0, tokens: 0, turns: 0 })
      return
    }
    case "run.usage": {
      const usage = event.data as BuiltinData["run.usage"]
      const run = state.runs.get(usage.run)
      if (run === undefined) {
        const freed = correctRun(state.budgets, usage.run, { ...usage, minutes: usage.minutes ?? 0 })
        return wakeWaiting(state, freed)
      }
      run.usd += usage.usd
      run.tokens += usage.tokens
      run.turns += usage.turns
      return
    }
    case "run.ended": {
      const { run, outcome } = event.data as BuiltinData["run.ended"]
      const used = state.runs.get(run)
      const said = used !== undefined && (outcome !== "lost" || used.usd + used.tokens + used.turns > 0)
      const usage = said ? { ...used, minutes: (now - used.started) / 60_000 } : undefined
      wakeWaiting(state, settleRun(state.budgets, run, usage, now))
      state.runs.delete(run)
      return
    }
    default:
      foldAgents(state, event, now)
  }
}

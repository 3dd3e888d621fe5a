/** What an operator watches: counted as records are committed, or looked up when somebody reads the metrics. */
import { Effect, type Scope } from "effect"
import type { BuiltinData } from "../domain/builtins.ts"
import type { LogRecord } from "../domain/record.ts"
import {
  agentsByState,
  CHANGE_STATES,
  changesOpen,
  contractsInForce,
  decisions,
  holdsEnded,
  holdsOpen,
  logRecords,
  logSize,
  logWritable,
  oldestHold,
  organizationsInForce,
  proposalsOpen,
  rejectedFiles,
  removalHeld,
  revisions as revisionsSwitched,
  runDuration,
  runsEnded,
  runsMax,
  runsOpen,
  snapshotAge,
  OPEN_TASK_STATES,
  tasksEnded,
  tasksOpen,
  unsavedRecords,
  up,
  waitingCommands,
} from "../observability/metrics.ts"
import { measureProcess } from "../observability/process.ts"
import { collectWith, METRICS } from "../observability/registry.ts"
import type { Identity } from "./identity.ts"
import type { Dependencies } from "./operations/dependencies.ts"
import { GLOBAL } from "../domain/names.ts"
import { countAgents, openChanges } from "./standing.ts"

/** Prometheus text, exposition format 0.0.4. Which organizations there are is an operator's to know. */
export const metricsText = ({ kind }: Identity): Effect.Effect<string> =>
  Effect.map(
    // It brings a router along, which a start need not wait for.
    Effect.promise(() => import("effect/observability/PrometheusMetrics")),
    ({ formatUnsafe }) => (kind === "operator" ? formatUnsafe(METRICS) : withoutNames(formatUnsafe(METRICS))),
  )

const NAMED = /^(\w+)\{organization="[^"]*"\} (\S+)$/

/** In place of a series for each organization one for all. */
const withoutNames = (text: string): string => {
  const sums = new Map<string, number>()
  const lines: Array<string> = []
  for (const line of text.split("\n")) {
    const [, name, value] = NAMED.exec(line) ?? []
    if (name === undefined) lines.push(line)
    else if (sums.has(name)) sums.set(name, sums.get(name)! + Number(value))
    else {
      sums.set(name, Number(value))
      lines.push(name)
    }
  }
  return lines.map((line) => (sums.has(line) ? `${line}{organization="(all)"} ${sums.get(line)}` : line)).join("\n")
}

/** Measures for as long as the scope. */
export const measure = (dependencies: Dependencies): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    dependencies.mailboxes.onCommitted(countRecords())
    const ends = [measureProcess(dependencies.options.version), collectWith(() => lookUp(dependencies))]
    yield* Effect.addFinalizer(() => Effect.sync(() => ends.forEach((end) => end())))
  })

const countRecords = () => {
  /** When the runs that go on have begun, for as long as they go on. */
  const begun = new Map<string, number>()
  return (org: string, records: ReadonlyArray<LogRecord>): void => {
    for (const { event, decision } of records) {
      if (decision !== undefined) decisions.add(decision.verdict)
      switch (event.type as keyof BuiltinData) {
        case "hold.released":
        case "hold.denied":
        case "hold.expired":
        case "hold.cancelled":
          holdsEnded.add(event.type.slice("hold.".length))
          break
        case "task.completed":
          tasksEnded.add("completed")
          break
        case "task.cancelled":
          tasksEnded.add("cancelled")
          break
        case "task.failed":
          if ((event.data as BuiltinData["task.failed"]).dead) tasksEnded.add("dead")
          break
        case "run.started":
          begun.set((event.data as BuiltinData["run.started"]).run, performance.now())
          break
        case "run.ended": {
          const { run, outcome } = event.data as BuiltinData["run.ended"]
          const since = begun.get(run)
          runsEnded.add(outcome)
          if (since !== undefined) runDuration.observe((performance.now() - since) / 1_000, outcome)
          begun.delete(run)
          break
        }
        case "contracts.revised":
          if (org === GLOBAL) revisionsSwitched.add()
          break
        default:
      }
    }
  }
}

const HOUR_MS = 3_600_000
const AGES: ReadonlyArray<readonly [age: string, belowMs: number]> = [
  ["1h", HOUR_MS],
  ["1d", 24 * HOUR_MS],
  ["7d", 7 * 24 * HOUR_MS],
  ["older", Number.POSITIVE_INFINITY],
]

const lookUp = ({ mailboxes, revisions, workspace, changes, options }: Dependencies): void => {
  const now = Date.now()
  const states = mailboxes.states()
  const sum = (of: (state: (typeof states)[number]) => number): number =>
    states.reduce((total, state) => total + of(state), 0)
  const writable = mailboxes.unwritable() === undefined
  up.set(options.lifecycle.state === "running" && writable ? 1 : 0)
  logWritable.set(writable ? 1 : 0)

  const boxes = mailboxes.figures()
  waitingCommands.setAll(boxes.map(({ org, waiting }) => [org, waiting] as const))
  unsavedRecords.set(Math.max(0, ...boxes.map(({ unsaved }) => unsaved)))
  const unsaved = boxes.filter((box) => box.unsaved > 0)
  snapshotAge.set(Math.max(0, ...unsaved.map(({ savedAt }) => (now - savedAt) / 1_000)))
  logRecords.set(sum(({ position }) => position))
  logSize.set(options.logBytes())

  const ages = states.flatMap(({ holds }) => [...holds.values()].map(({ event }) => now - Date.parse(event.time)))
  const byAge = new Map(AGES.map(([age]) => [age, 0]))
  for (const age of ages) {
    const [name] = AGES.find(([, below]) => age < below)!
    byAge.set(name, byAge.get(name)! + 1)
  }
  holdsOpen.setAll(byAge)
  oldestHold.set(Math.max(0, ...ages.map((age) => age / 1_000)))
  proposalsOpen.set(sum(({ proposals }) => proposals.size))

  const byState = new Map(OPEN_TASK_STATES.map((state) => [state, 0]))
  for (const { tasks } of states)
    for (const { state } of tasks.values()) byState.set(state, (byState.get(state) ?? 0) + 1)
  tasksOpen.setAll(byState)
  runsOpen.set(sum(({ runs }) => runs.size))
  runsMax.set(options.maxRuns)

  const byStand = new Map(CHANGE_STATES.map((state) => [state, 0]))
  for (const { state } of openChanges(states, changes.stuck())) byStand.set(state, byStand.get(state)! + 1)
  changesOpen.setAll(byStand)

  const { definitions } = revisions.current()
  agentsByState.setAll(Object.entries(countAgents(definitions, states)))
  contractsInForce.set(definitions.contracts.size)
  organizationsInForce.set(definitions.organizations.size)
  const standing = Effect.runSync(workspace.status)
  rejectedFiles.set(new Set(standing.rejected.map(({ file }) => file)).size)
  removalHeld.set(standing.held === undefined ? 0 : 1)
}

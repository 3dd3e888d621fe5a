/** Every metric of the daemon. What they mean for an operator is in `docs/operating.md`. */
import { counter, gauge, histogram } from "./metric.ts"

const FAST_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60]
/** They are shown at zero, too. */
export const OPEN_TASK_STATES = ["queued", "running", "waiting"]
export const CHANGE_STATES = ["held", "allowed", "stuck"]
const RUN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 14_400]

// ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const decisions = counter({
  name: "charter_decisions_total",
  help: "Decisions by verdict, each event once: how holds end is counted apart.",
  labels: ["verdict"],
  values: ["allow", "deny", "hold"],
})
export const holdsEnded = counter({
  name: "charter_holds_ended_total",
  help: "Events that waited, by how that ended.",
  labels: ["outcome"],
  values: ["released", "denied", "expired", "cancelled"],
})
export const oracleChecks = counter({
  name: "charter_oracle_checks_total",
  help: "Contracts decided again by json-rules-engine, by result. Any that differed is an alarm.",
  labels: ["result"],
  values: ["agreed", "differed", "skipped"],
})
export const waitingCommands = gauge({
  name: "charter_mailbox_waiting_commands",
  help: "Commands that wait in the mailbox of an organization.",
  labels: ["organization"],
})
export const holdsOpen = gauge({
  name: "charter_holds_open",
  help: "Events that wait, by how long they have waited: up to an hour, a day, a week, or longer.",
  labels: ["age"],
  values: ["1h", "1d", "7d", "older"],
})
export const oldestHold = gauge({
  name: "charter_hold_oldest_age_seconds",
  help: "How long the oldest open hold has waited; 0 where nothing waits.",
  unit: "s",
})
export const proposalsOpen = gauge({
  name: "charter_proposals_open",
  help: "Proposals that are being voted on.",
})

// ── the log ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const commitDuration = histogram({
  name: "charter_commit_duration_seconds",
  help: "From handing a commit to the log until it is durable.",
  unit: "s",
  bounds: FAST_SECONDS,
})
export const commitRecords = histogram({
  name: "charter_commit_records",
  help: "Records of one commit.",
  bounds: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
})
export const commitSize = histogram({
  name: "charter_commit_size_bytes",
  help: "Size of one commit as the log takes it, which is up to 512 kB.",
  unit: "By",
  bounds: [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288],
})
export const commitFailures = counter({
  name: "charter_commit_failures_total",
  help: "Commits that the log did not take: another writer was first, or it could not be written.",
  labels: ["reason"],
  values: ["conflict", "unavailable"],
})
export const logWritable = gauge({
  name: "charter_log_writable",
  help: "Whether the log could be written when that was last tried: 0 from a failure until a write succeeds, else 1.",
})
export const logRecords = gauge({
  name: "charter_log_records",
  help: "Records in the log: the place of its last one.",
})
export const logSize = gauge({
  name: "charter_log_size_bytes",
  help: "Size of the database, with what has not been checkpointed yet.",
  unit: "By",
})
export const unsavedRecords = gauge({
  name: "charter_snapshot_unsaved_records",
  help: "The most records that any organization has since its last snapshot: a start reads them again.",
})
export const snapshotAge = gauge({
  name: "charter_snapshot_age_seconds",
  help: "How long ago the oldest snapshot was kept, of organizations that have new records since; 0 where none has.",
  unit: "s",
})

// ── work ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const tasksOpen = gauge({
  name: "charter_tasks_open",
  help: "Tasks that have not ended, by state.",
  labels: ["state"],
  values: OPEN_TASK_STATES,
})
export const tasksEnded = counter({
  name: "charter_tasks_ended_total",
  help: "Tasks by how they ended; dead is one whose last attempt has failed.",
  labels: ["outcome"],
  values: ["completed", "dead", "cancelled"],
})
export const runsOpen = gauge({ name: "charter_runs_open", help: "Runs that have not ended." })
export const runsMax = gauge({
  name: "charter_runs_max",
  help: "Runs that may go on at the same time, over all agents.",
})
export const agentsByState = gauge({
  name: "charter_agents",
  help: "Agents by state. One that is stopped takes nothing until somebody starts it.",
  labels: ["state"],
  values: ["idle", "executing", "stopped"],
})
export const runsEnded = counter({
  name: "charter_runs_ended_total",
  help: "Runs by how they ended; lost is one whose daemon or worker went away, interrupted one that somebody ended.",
  labels: ["outcome"],
  values: ["success", "failure", "lost", "cancelled", "interrupted"],
})
export const runDuration = histogram({
  name: "charter_run_duration_seconds",
  help: "How long runs of this daemon took, by how they ended.",
  unit: "s",
  labels: ["outcome"],
  bounds: RUN_SECONDS,
})

// ── the rules ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const contractsInForce = gauge({ name: "charter_contracts", help: "Contracts of the set in force." })
export const organizationsInForce = gauge({
  name: "charter_organizations",
  help: "Organizations of the set in force.",
})
export const revisions = counter({
  name: "charter_revisions_total",
  help: "Times that another revision came into force since the daemon started.",
})
export const rejectedFiles = gauge({
  name: "charter_rejected_files",
  help: "Files of the workspace that are not in force as they are on disk.",
})
export const removalHeld = gauge({
  name: "charter_removal_held",
  help: "1 while the removal of many contracts at once waits for an operator's charter confirm.",
})
export const changesOpen = gauge({
  name: "charter_changes_open",
  help: "Changes of the rules that have not come to their end: held, let through, or let through and stuck.",
  labels: ["state"],
  values: CHANGE_STATES,
})

// ── the doors ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const httpRequests = counter({
  name: "charter_http_requests_total",
  help: "HTTP requests by method, pattern of the route, and status.",
  labels: ["method", "route", "status"],
})
export const httpDuration = histogram({
  name: "charter_http_request_duration_seconds",
  help: "From the head of a request until its answer is made; of a stream, until it begins.",
  unit: "s",
  labels: ["method", "route"],
  bounds: REQUEST_SECONDS,
})
export const eventStreams = gauge({
  name: "charter_event_streams",
  help: "Server-sent event streams that are open.",
})
export const webSockets = gauge({ name: "charter_websocket_clients", help: "WebSockets that are open." })
export const webSocketWaiting = gauge({
  name: "charter_websocket_waiting_bytes",
  help: "Bytes that wait for the readers of all WebSockets.",
  unit: "By",
})
export const webSocketLag = gauge({
  name: "charter_websocket_lag_seconds",
  help: "How far the slowest WebSocket reader is behind; 0 where all keep up.",
  unit: "s",
})

// ── the process ─────────────────────────────────────────────────────────────────────────────────────────────────────

export const up = gauge({ name: "charter_up", help: "1 while the daemon takes events." })
export const buildInfo = gauge({
  name: "charter_build_info",
  help: "Always 1; the version of Charter and of Node.",
  labels: ["version", "node"],
})
export const telemetryDropped = counter({
  name: "charter_telemetry_dropped_batches_total",
  help: "Batches of spans, metrics or logs that could not be delivered by OTLP.",
  labels: ["signal"],
  values: ["traces", "metrics", "logs"],
})
export const residentMemory = gauge({
  name: "process_resident_memory_bytes",
  help: "Resident memory size in bytes.",
  unit: "By",
})
export const cpu = counter({
  name: "process_cpu_seconds_total",
  help: "Processor time spent in user and system code, in seconds.",
  unit: "s",
})
export const startTime = gauge({
  name: "process_start_time_seconds",
  help: "Start time of the process since the Unix epoch in seconds.",
  unit: "s",
})
export const openFiles = gauge({ name: "process_open_fds", help: "Open file descriptors." })
export const heapUsed = gauge({
  name: "nodejs_heap_size_used_bytes",
  help: "Memory that the JavaScript heap uses.",
  unit: "By",
})
export const heapTotal = gauge({
  name: "nodejs_heap_size_total_bytes",
  help: "Memory that the JavaScript heap has taken.",
  unit: "By",
})
export const loopLag = gauge({
  name: "nodejs_eventloop_lag_p99_seconds",
  help: "99th percentile of how late the event loop was between the last two readings, which are ten seconds apart or more.",
  unit: "s",
})
export const worstLoopLag = gauge({
  name: "nodejs_eventloop_lag_max_seconds",
  help: "The longest that the event loop was late between the last two readings, which are ten seconds apart or more.",
  unit: "s",
})

/** Event types: patterns, the class of each type, and which types are the daemon's own. */

/**
 * What contracts can do with a type.
 *
 * - `gated`: decided before it takes effect; every effect applies.
 * - `fact`: reported by the daemon; `route`, `emit`, `notify`, `escalate`.
 * - `control`: votes, proposals, holds, contracts; `route`, `notify`.
 */
export type EventClass = "gated" | "fact" | "control"

const CONTROL_PREFIXES = [
  "vote.",
  "proposal.",
  "approval.",
  "delegation.",
  "hold.",
  "contracts.",
  "organization.",
  "daemon.",
  "token.",
  "inbox.",
]

/** Every type below one of these that is not a request is reported by the daemon alone; */
const FACT_PREFIXES = ["task.", "run."]
/** and so is each of these. */
const FACTS = [
  "tool.call.completed",
  "tool.call.failed",
  "message.posted",
  "mention",
  "cron",
  "agent.stopped",
  "agent.started",
  "agent.interrupted",
  "request.denied",
  "limit.exceeded",
  "budget.exceeded",
  "bound.exceeded",
  "member.joined",
  "member.left",
  "contract.changed",
  "contract.change.failed",
  "contract.change.cancelled",
  "contract.change.stuck",
  "document.written",
  "document.owner.changed",
  "resource.stored",
  "memory.written",
  "clock.jumped",
  "oracle.differed",
]
const FACT_SET: ReadonlySet<string> = new Set(FACTS)

/** Requests that are operations of the daemon: a published one *is* that operation. */
export const BUILT_IN_REQUESTS = [
  "run.requested",
  "message.send.requested",
  "document.write.requested",
  "resource.store.requested",
  "memory.write.requested",
  "tool.call.requested",
  "contract.change.requested",
  "member.join.requested",
  "merge.requested",
  "proposal.open.requested",
] as const

/** Built-in facts and control types for completion, lint and suggestions. */
export const BUILT_IN_TYPES: ReadonlyArray<string> = [
  ...BUILT_IN_REQUESTS,
  "run.started",
  "run.usage",
  "run.ended",
  "task.created",
  "task.started",
  "task.progress",
  "task.checkpoint",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "task.escalated",
  ...FACTS,
  "proposal.opened",
  "proposal.succeeded",
  "proposal.defeated",
  "proposal.expired",
  "proposal.cancelled",
  "proposal.escalated",
  "proposal.executed",
  "delegation.created",
  "delegation.revoked",
  "delegation.expired",
  "vote.cast",
  "approval.resolved",
  "approval.revoked",
  "hold.opened",
  "hold.continued",
  "hold.released",
  "hold.denied",
  "hold.expired",
  "hold.cancelled",
  "contracts.revised",
  "contracts.rejected",
  "contracts.edited",
  "organization.changed",
  "daemon.started",
  "daemon.stopped",
  "token.created",
  "token.revoked",
  "inbox.seen",
  "inbox.acknowledged",
]

/** The class of a concrete type. */
export const classOf = (type: string): EventClass => {
  // Requests first: to open a proposal is asked for, and only what comes of it is control.
  if (type.endsWith(".requested")) return "gated"
  for (const prefix of CONTROL_PREFIXES) if (type.startsWith(prefix)) return "control"
  if (FACT_SET.has(type)) return "fact"
  for (const prefix of FACT_PREFIXES) if (type.startsWith(prefix)) return "fact"
  return "gated"
}

/** A request asks; its answer is the decision and the asker waits for it. */
export const isRequest = (type: string): boolean => type.endsWith(".requested")

/** True where nobody but the daemon may publish the type. */
export const isReserved = (type: string): boolean => classOf(type) !== "gated"

const SEGMENT = /^[A-Za-z0-9_-]+$/
const PATTERN_SEGMENT = /^[A-Za-z0-9_*-]+$/

/** Longest type accepted, in characters. */
export const MAX_TYPE_LENGTH = 256

/** Dotted segments of letters, digits, `_` and `-`: `github.pull_request.opened`. */
export const isEventType = (text: string): boolean =>
  text.length <= MAX_TYPE_LENGTH && text.split(".").every((segment) => SEGMENT.test(segment))

/** A type in which `*` stands for any run of characters of one segment, and a last segment `**` for one or more segments. */
export const isEventPattern = (text: string): boolean => {
  if (text.length > MAX_TYPE_LENGTH) return false
  const segments = text.split(".")
  return segments.every(
    (segment, index) =>
      (segment === "**" && index === segments.length - 1) || (PATTERN_SEGMENT.test(segment) && !segment.includes("**")),
  )
}

/** `a*b*c` against one segment, without backtracking into exponential time: greedy first-fit of the literal pieces. */
const segmentMatches = (pattern: string, segment: string): boolean => {
  if (pattern === "*") return segment.length > 0
  const pieces = pattern.split("*")
  if (pieces.length === 1) return pattern === segment
  const first = pieces[0]!
  const last = pieces[pieces.length - 1]!
  if (segment.length < first.length + last.length || !segment.startsWith(first) || !segment.endsWith(last)) return false
  let from = first.length
  const end = segment.length - last.length
  for (let index = 1; index < pieces.length - 1; index++) {
    const at = segment.indexOf(pieces[index]!, from)
    if (at < 0 || at + pieces[index]!.length > end) return false
    from = at + pieces[index]!.length
  }
  return true
}

/** Does `pattern` cover the concrete `type`? */
export const typeMatches = (pattern: string, type: string): boolean => {
  if (!pattern.includes("*")) return pattern === type
  const wanted = pattern.split(".")
  const segments = type.split(".")
  const open = wanted[wanted.length - 1] === "**"
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return false
  const fixed = open ? wanted.length - 1 : wanted.length
  for (let index = 0; index < fixed; index++) if (!segmentMatches(wanted[index]!, segments[index]!)) return false
  return true
}

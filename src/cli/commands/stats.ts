/** `charter stats` */
import type { Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { bold, dim } from "../output.ts"
import { allPages, MAX_COUNTED_ROWS } from "../pages.ts"
import { parseMetrics } from "../prometheus.ts"
import { fromNow, timeAndDistance } from "../times.ts"

export const stats = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const client = await connect(invocation, "anyone")
  const [text, status, holds, tasks] = await Promise.all([
    client.metrics(),
    client.status(),
    allPages(client.holds, { org }),
    allPages(client.tasks, { org }),
  ])
  const metrics = parseMetrics(text)
  const decisions = Object.fromEntries(
    (metrics.get("charter_decisions_total") ?? []).flatMap(({ labels, value }) =>
      value === 0 ? [] : [[labels["verdict"] ?? "", value]],
    ),
  )
  const waiting = holds.items.filter(({ state }) => state === "held").map(({ opened }) => opened)
  const oldest = waiting.toSorted()[0]
  const found = {
    since: status.startedAt,
    decisions,
    holds: { ...tally(holds.items), ...(oldest === undefined ? {} : { oldest }) },
    tasks: tally(tasks.items),
    waitingCommands: (metrics.get("charter_mailbox_waiting_commands") ?? []).reduce((sum, { value }) => sum + value, 0),
    residentMemoryBytes: metrics.get("process_resident_memory_bytes")?.[0]?.value ?? 0,
    more: holds.more || tasks.more,
  }
  output.answer(found, () => {
    const now = new Date()
    return [
      `${bold("Decisions")} of all organizations since the daemon started, ${fromNow(status.startedAt, now)}:`,
      ...rows(decisions, "none yet"),
      `${bold("Holds")}${org === undefined ? "" : ` in ${org}`}:`,
      ...rows(tally(holds.items), "nothing was held"),
      ...(oldest === undefined ? [] : [dim(`            the oldest waits since ${timeAndDistance(oldest, now)}`)]),
      `${bold("Tasks")}${org === undefined ? "" : ` in ${org}`}:`,
      ...rows(tally(tasks.items), "none yet"),
      `${bold("Daemon")}: ${found.waitingCommands} commands wait; ${Math.round(found.residentMemoryBytes / 1024 ** 2)} MiB of memory.`,
      ...(found.more ? [dim(`Counted are the newest ${MAX_COUNTED_ROWS}.`)] : []),
    ].join("\n")
  })
}

const tally = (items: ReadonlyArray<{ readonly state: string }>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { state } of items) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

const rows = (counts: Readonly<Record<string, number>>, none: string): ReadonlyArray<string> => {
  const all = Object.entries(counts)
  return all.length === 0
    ? [dim(`            ${none}`)]
    : all.map(([name, count]) => `${String(count).padStart(10)}  ${name}`)
}

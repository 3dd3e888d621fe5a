/** What an operator watches, as Prometheus text (exposition format 0.0.4). */
import type { Dependencies } from "./operations/dependencies.ts"
import type { OrganizationState } from "../kernel/state.ts"
import { countAgents } from "./standing.ts"
import { counters } from "../observability/counters.ts"

export const metricsText = ({ mailboxes, revisions, options }: Dependencies): string => {
  const states = mailboxes.states()
  const sum = (of: (state: (typeof states)[number]) => number): number =>
    states.reduce((total, state) => total + of(state), 0)
  const gauges: ReadonlyArray<readonly [name: string, help: string, value: number]> = [
    ["charter_up", "1 while the daemon takes events.", options.lifecycle.state === "running" ? 1 : 0],
    ["charter_contracts", "Contracts of the set in force.", revisions.current().definitions.contracts.size],
    ["charter_organizations", "Organizations of the set in force.", revisions.current().definitions.organizations.size],
    ["charter_mailbox_waiting_commands", "Commands that wait in mailboxes.", mailboxes.depth()],
    ["charter_holds_open", "Events that wait for a proposal.", sum(({ holds }) => holds.size)],
    ["charter_proposals_open", "Proposals that are being voted on.", sum(({ proposals }) => proposals.size)],
    ["charter_tasks_open", "Tasks that have not ended.", sum(({ tasks }) => tasks.size)],
    ["charter_tasks_queued", "Tasks that could run, and do not yet.", sum(queued)],
    ["charter_runs_open", "Runs that have not ended.", sum(({ runs }) => runs.size)],
    ["charter_runs_max", "Runs that may go on at the same time.", options.maxRuns],
    ["process_resident_memory_bytes", "Resident memory size in bytes.", process.memoryUsage.rss()],
    ["process_start_time_seconds", "Start time since the Unix epoch in seconds.", Date.parse(options.startedAt) / 1000],
  ]
  const lines = gauges.flatMap(([name, help, value]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    `${name} ${value}`,
  ])
  lines.push("# HELP charter_agents Agents by their state.", "# TYPE charter_agents gauge")
  for (const [state, count] of Object.entries(countAgents(revisions.current().definitions, states)))
    lines.push(`charter_agents{state="${state}"} ${count}`)
  for (const counter of counters.values()) {
    lines.push(`# HELP ${counter.name} ${counter.help}`, `# TYPE ${counter.name} counter`)
    for (const [labels, value] of counter.values) lines.push(`${counter.name}${labels} ${value}`)
  }
  return `${lines.join("\n")}\n`
}

const queued = ({ tasks }: OrganizationState): number =>
  [...tasks.values()].filter(({ state }) => state === "queued").length

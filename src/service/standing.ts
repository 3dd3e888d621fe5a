/** How work stands over all organizations: what runs, how agents are, and what nobody will take up. */
import type { Standing } from "../workspace/standing.ts"
import type { BuiltinData } from "../domain/builtins.ts"
import { secretVariable } from "../domain/secretVariable.ts"
import { executorKinds } from "../executors/registry.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { memberOf, worksByHand } from "../kernel/members.ts"
import type { OrganizationState } from "../kernel/state.ts"
import type { FailedTry } from "../supervision/failedTries.ts"
import type { MailboxFigures } from "../supervision/mailbox.ts"
import type { RunUnderWay, Status } from "./views/daemon.ts"
import { resolveSecret } from "./webhooks/webhook.ts"

type States = ReadonlyArray<OrganizationState>

/** Agents of all organizations, or of those that are seen, by their state, as each is shown alone. */
export const countAgents = (
  definitions: Definitions,
  states: States,
  isSeen: (org: string) => boolean = () => true,
): Status["agents"] => {
  const counts = { idle: 0, executing: 0, stopped: 0 }
  const byOrg = new Map(states.map((state) => [state.org, state]))
  for (const org of definitions.organizations.keys()) {
    if (!isSeen(org)) continue
    const state = byOrg.get(org)
    const executing = new Set([...(state?.runs.values() ?? [])].map(({ member }) => member))
    for (const { kind, name } of definitions.view(org).members.values())
      if (kind === "agent")
        counts[
          state?.agents.get(name)?.stopped !== undefined ? "stopped" : executing.has(name) ? "executing" : "idle"
        ]++
  }
  return counts
}

export const runsOf = (states: States): ReadonlyArray<RunUnderWay> =>
  states.flatMap(({ org, runs }) =>
    [...runs.values()].map(({ run, task, member, started }) => ({
      run,
      task,
      member,
      org,
      since: new Date(started).toISOString(),
    })),
  )

/** Webhooks of which no delivery can be verified. */
export const deafWebhooks = (
  { organizations }: Definitions,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyArray<string> =>
  [...organizations.values()].flatMap(({ id, webhooks }) =>
    webhooks.flatMap(({ source, secret }) => {
      if (resolveSecret(secret, environment) !== undefined) return []
      const variable = secretVariable(secret)
      return [
        `the webhook "${source}" of ${id} turns every delivery away: ${variable === undefined ? "its secret is empty" : `${variable} is not set where the daemon was started`}`,
      ]
    }),
  )

/** Changes of the rules that have not come to their end, each once however many organizations decide on it. */
export const openChanges = (
  states: States,
  stuck: ReadonlyArray<FailedTry>,
): ReadonlyArray<{ readonly change: string; readonly state: "held" | "allowed" | "stuck" }> => {
  const found = new Map<string, "held" | "allowed" | "stuck">()
  for (const { changes } of states)
    for (const { change, state } of changes.values())
      if (state === "waiting" || !found.has(change)) found.set(change, state === "waiting" ? "held" : "allowed")
  for (const { change } of stuck) found.set(change, "stuck")
  return [...found].map(([change, state]) => ({ change, state }))
}

/** Why a change that was let through is not in force, as a sentence without its subject. */
export const stuckInWords = ({ tries, since, error }: FailedTry): string =>
  `it could not be carried out, in ${tries} tries since ${new Date(since).toISOString()}, and is tried on: ${error}`

/** Changes that are not carried out, in words, with what to do. */
export const stuckChanges = (stuck: ReadonlyArray<FailedTry>): ReadonlyArray<string> =>
  stuck.map(
    (one) =>
      `the change ${one.change} of ${one.org} was let through, but ${stuckInWords(one)}. It goes on by itself once that is mended, or give it up: charter cancel ${one.change}; charter logs says more`,
  )

/** Organizations in which nothing can be decided now, in words: why, and what becomes of it. */
export const standingStill = (figures: ReadonlyArray<MailboxFigures>): ReadonlyArray<string> => {
  const reasons = new Map<string, Array<string>>()
  for (const { org, failure } of figures)
    if (failure !== undefined) reasons.set(failure, [...(reasons.get(failure) ?? []), org])
  return [...reasons].map(
    ([reason, [first, ...more]]) =>
      `nothing is decided in ${first}${more.length === 0 ? "" : ` and ${more.length} more`}: ${reason}; it goes on by itself once that is mended`,
  )
}

/** What nobody but an operator can let through, in words, with what he can do. */
export const forTheOperator = (states: States, { edit }: Standing): ReadonlyArray<string> => [
  ...states.flatMap(({ proposals }) =>
    [...proposals.values()].flatMap(({ proposal: { id, question, electorate }, released }) =>
      released === undefined && electorate.some(({ kind }) => kind === "operator")
        ? [`${question}; it waits for an operator: charter accept ${id}, or: charter cancel ${id}`]
        : [],
    ),
  ),
  ...(edit === undefined
    ? []
    : [
        `an edit on disk waits to be accepted: ${edit.summary} (${edit.files.map(({ file }) => file).join(", ")}); look at it and accept it: charter accept`,
      ]),
]

/** Tasks that nobody will take up as things are, in words: what is in the way, and what to do. */
export const stuckTasks = (definitions: Definitions, states: States): ReadonlyArray<string> =>
  states.flatMap((state) => [
    ...[...state.agents].flatMap(([name, { stopped }]) => {
      const waiting = stopped === undefined ? 0 : queuedFor(state, name)
      if (stopped === undefined || waiting === 0) return []
      const tasks = waiting === 1 ? "1 task waits" : `${waiting} tasks wait`
      return [`${tasks}: ${name} is stopped, by ${stopped.by}; charter agents start ${name}${state.org}`]
    }),
    ...[...state.tasks.values()].flatMap(({ task, state: stands }) => {
      const idle = stands === "queued" || (stands === "waiting" && task.human === true)
      const why = idle ? obstacle(definitions, state, task) : undefined
      return why === undefined ? [] : [`task ${task.id} waits: ${task.member} ${why}`]
    }),
  ])

const queuedFor = ({ tasks }: OrganizationState, name: string): number =>
  [...tasks.values()].filter(({ task, state }) => task.member === name && state === "queued").length

const obstacle = (
  definitions: Definitions,
  { org }: OrganizationState,
  { id, member: name, human }: BuiltinData["task.created"],
): string | undefined => {
  if (worksByHand(definitions, org, name)) return undefined
  const member = memberOf(definitions, org, name)
  const kind = member?.executor?.kind
  if (kind !== undefined && human === true)
    return `has an executor now, and the task was given to be done by hand; end it with charter tasks cancel ${id}`
  if (kind !== undefined && executorKinds.includes(kind)) return undefined
  if (member === undefined) return `is no member any more; end the task with charter tasks cancel ${id}`
  return kind === undefined
    ? `has no executor; give the member one in its organization's file, or end the task with charter tasks cancel ${id}`
    : `needs the executor "${kind}", which this version does not run`
}

/** `charter agents` */
import type { TaskState } from "../../domain/task.ts"
import { agentExecutors } from "../agentExecutors.ts"
import type { Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { dim } from "../output.ts"
import { allPages, MAX_COUNTED_ROWS } from "../pages.ts"
import { hasDefinitions } from "../sources.ts"
import { table } from "../table.ts"
import { plain } from "../text.ts"

const SHOWN_STATES = ["queued", "running", "completed"] as const satisfies ReadonlyArray<TaskState>

export const agents = async (invocation: Invocation): Promise<void> => {
  const { output, org, folders } = invocation
  const client = await connect(invocation, "anyone")
  const [{ items: organizations }, tasks] = await Promise.all([client.organizations(), allPages(client.tasks, { org })])
  const executors = hasDefinitions(folders.workspace) ? await agentExecutors(folders.workspace) : new Map()
  const found = organizations
    .filter(({ id }) => org === undefined || id === org)
    .flatMap(({ id, members }) =>
      members
        .filter(({ kind }) => kind === "agent")
        .map(({ name, roles }) => ({
          name,
          org: id,
          roles,
          executor: executors.get(`${name}${id}`)?.kind as string | undefined,
          tasks: statesOf(tasks.items.filter((task) => task.org === id && task.member === name)),
        })),
    )
  output.answer({ items: found, counted: tasks.items.length, more: tasks.more }, () =>
    found.length === 0
      ? "There are no agents. Give an organization one:  - { agent: NAME, executor: { kind: command, run: [PROGRAM] } }"
      : [
          table(
            ["AGENT", "ORGANIZATION", "EXECUTOR", "QUEUED", "RUNNING", "COMPLETED", "OTHERWISE"],
            found.map(({ name, org: of, executor, tasks: states }) => [
              plain(name),
              of,
              executor ?? dim("none"),
              ...SHOWN_STATES.map((state) => String(states[state] ?? 0)),
              otherwise(states),
            ]),
            output.columns,
          ),
          ...(tasks.more ? [dim(`Counted are the newest ${MAX_COUNTED_ROWS} tasks.`)] : []),
        ].join("\n"),
  )
}

type States = Readonly<Partial<Record<TaskState, number>>>

const statesOf = (tasks: ReadonlyArray<{ readonly state: TaskState }>): States => {
  const states: Partial<Record<TaskState, number>> = {}
  for (const { state } of tasks) states[state] = (states[state] ?? 0) + 1
  return states
}

/** `2 failed, 1 parked`. */
const otherwise = (states: States): string =>
  Object.entries(states)
    .filter(([state]) => !SHOWN_STATES.some((shown) => shown === state))
    .map(([state, count]) => `${count} ${state}`)
    .join(", ")

/** `charter executors` */
import { HUMAN_EXECUTOR } from "../../domain/organization.ts"
import { executorKinds, plannedKinds } from "../../executors/registry.ts"
import { agentExecutors } from "../agentExecutors.ts"
import type { Invocation } from "../command.ts"
import { whyNotHere } from "../executables.ts"
import { dim, green, red } from "../output.ts"
import { hasDefinitions } from "../sources.ts"
import { table } from "../table.ts"

export const executors = async ({ output, folders, environment }: Invocation): Promise<void> => {
  const { workspace } = folders
  const used = hasDefinitions(workspace) ? [...(await agentExecutors(workspace))] : []
  const agentsOf = (kind: string) =>
    used
      .filter(([, config]) => config.kind === kind)
      .map(([name, config]) => ({ name, obstacle: whyNotHere(config, workspace, environment) }))
  const kinds = [
    ...executorKinds.map((kind) => ({ kind, supported: true, agents: agentsOf(kind) })),
    ...plannedKinds.map((kind) => ({ kind, supported: false, agents: agentsOf(kind) })),
  ]
  output.answer({ items: kinds }, () =>
    [
      table(
        ["KIND", "HERE", "AGENTS"],
        kinds.map(({ kind, supported, agents }) => [
          kind,
          !supported ? dim("not in this version") : kind === HUMAN_EXECUTOR ? "waits for a person" : green("runs"),
          agents
            .map(({ name, obstacle }) => (obstacle === undefined ? name : red(`${name} (cannot start)`)))
            .join(", "),
        ]),
        output.columns,
      ),
      ...kinds.flatMap(({ agents }) =>
        agents.flatMap(({ name, obstacle }) =>
          obstacle === undefined ? [] : [`${name}: ${obstacle.what}`, dim(`→ ${obstacle.next}`)],
        ),
      ),
    ].join("\n"),
  )
}

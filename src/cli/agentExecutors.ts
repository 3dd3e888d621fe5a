/** The executors that the files of a workspace give to its agents. */
import type { ExecutorConfig } from "../domain/organization.ts"
import { organizationsOf, readSources } from "./sources.ts"

/** By `name@organization`; one that is defined elsewhere has the executor that it has there, unless it has its own. */
export const agentExecutors = async (workspace: string): Promise<ReadonlyMap<string, ExecutorConfig>> => {
  const organizations = organizationsOf((await readSources(workspace, [])).parsed)
  const agents = organizations.flatMap(({ id, members }) =>
    members.filter(({ kind }) => kind === "agent").map((member) => [`${member.name}${id}`, member] as const),
  )
  const own = new Map(
    agents.flatMap(([name, { executor }]) => (executor === undefined ? [] : [[name, executor] as const])),
  )
  return new Map(
    agents.flatMap(([name, { ref }]) => {
      const executor = own.get(name) ?? (ref === undefined ? undefined : own.get(ref))
      return executor === undefined ? [] : [[name, executor] as const]
    }),
  )
}

/** What is published over HTTP: the workload's events, by the agent of the event's own organization. */
import type { Event } from "../../src/domain/event.ts"
import type { Connection } from "./client.ts"
import { post } from "./load.ts"

export interface HttpInput {
  readonly contracts: number
  readonly connections: number
  /** Events of one request: a list where there are more than one. */
  readonly batch: number
  /** A folder of its own, for workspace and database. */
  readonly folder: string
}

/** Requests that a connection has, before it begins again. */
const REQUESTS = 100

/** Each connection belongs to one organization. `tokens` by organization. */
export const connectionsOf = (
  { connections, batch }: HttpInput,
  events: ReadonlyArray<Event>,
  tokens: ReadonlyMap<string, string>,
): ReadonlyArray<Connection> => {
  const byOrganization = Map.groupBy(events, ({ org }) => org)
  const organizations = [...tokens.keys()]
  return Array.from({ length: connections }, (_, index) => {
    const org = organizations[index % organizations.length]!
    const own = byOrganization.get(org)!
    let at = index * 31
    const body = (): unknown => {
      const { type, data } = own[at++ % own.length]!
      return { type, org, data }
    }
    const requests = Array.from({ length: REQUESTS }, () =>
      post("/v1/events", tokens.get(org)!, batch === 1 ? body() : Array.from({ length: batch }, body)),
    )
    return { requests }
  })
}

/** What is published over HTTP: the workload's events, by the agent of the event's own organization. */
import type { Event } from "../../src/domain/event.ts"
import type { Connection } from "./client.ts"
import { post } from "./load.ts"
import { shapeFor } from "../workload/shape.ts"

export interface Sent {
  readonly connections: number
  /** Events of one request: a list where there are more than one. */
  readonly batch: number
}

export interface HttpInput extends Sent {
  readonly contracts: number
  /** A folder of its own, for workspace and database. */
  readonly folder: string
}

/** Requests that a connection has, before it begins again. */
const REQUESTS = 100

/** The token of an agent of each organization of the workload. */
export const agentTokens = async (
  contracts: number,
  tokenFor: (identity: string, kind: "agent") => Promise<string>,
): Promise<ReadonlyMap<string, string>> => {
  const tokens = new Map<string, string>()
  for (const org of shapeFor(contracts).organizations) tokens.set(org, await tokenFor(`worker${org}`, "agent"))
  return tokens
}

/** Each connection belongs to one organization. `tokens` by organization. */
export const connectionsOf = (
  { connections, batch }: Sent,
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

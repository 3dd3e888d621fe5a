/** Row "HTTP publish": through the door and to the commit, beside a server that does nothing and a thread that only inserts. */
import { mkdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import type { Actor } from "../../src/domain/event.ts"
import { contest, type Rated, rateOf, ratioOf } from "../contest/contest.ts"
import type { PublishInput } from "../publish/input.ts"
import { atLeast, type Report } from "../rows.ts"
import type { Settings } from "../settings.ts"
import type { HttpInput } from "./requests.ts"

const CONNECTIONS = 64
/** Connections that send lists, and events of one list. */
const BATCHING_CONNECTIONS = 8
const BATCH_EVENTS = 100

const WORKER: Actor = { name: "worker", kind: "agent", roles: [], creator: "dana" }

/** Where the time goes, and what this machine could do at most if no core ever waited for another. */
const spentOn = ({ name, figures: { mainUs = 0, othersUs = 0, clientUs = 0 } }: Rated): string => {
  const all = mainUs + othersUs + clientUs
  const most = Math.min(1e6 / mainUs, (availableParallelism() * 1e6) / all)
  return (
    `${name}: ${mainUs.toFixed(0)} µs of CPU a request on its main thread, ${othersUs.toFixed(0)} on its others, ` +
    `${clientUs.toFixed(0)} in the load generator: with ${availableParallelism()} cores at most ${Math.round(most).toLocaleString("en")} requests/s`
  )
}

export const httpPublish = async (settings: Settings): Promise<Report> => {
  const contracts = settings.scale(1_000)
  const folder = (name: string): string => {
    const path = join(settings.folder, name)
    mkdirSync(path)
    return path
  }
  const daemon = new URL("daemon.ts", import.meta.url)
  const single: Omit<HttpInput, "folder"> = { contracts, connections: CONNECTIONS, batch: 1 }
  const pace = settings.daemonPace
  const [one, hono] = await contest(
    [
      { name: "charter", module: daemon, input: { ...single, folder: folder("http") } },
      { name: "empty Hono handler", module: new URL("emptyHono.ts", import.meta.url), input: single },
    ],
    pace,
  )
  const lists: HttpInput = {
    contracts,
    connections: BATCHING_CONNECTIONS,
    batch: BATCH_EVENTS,
    folder: folder("batch"),
  }
  const rows: PublishInput = {
    rules: settings.rules(contracts, "effects"),
    contracts,
    producers: BATCHING_CONNECTIONS,
    batch: BATCH_EVENTS,
    folder: folder("bare"),
    actor: WORKER,
  }
  const [many, bare] = await contest(
    [
      { name: "charter, lists of events", module: daemon, input: lists },
      { name: "bare libsql writer thread", module: new URL("../publish/bareWriter.ts", import.meta.url), input: rows },
    ],
    pace,
  )
  return {
    rows: [
      atLeast(0.4, {
        name: `HTTP publish: ${CONNECTIONS} connections`,
        value: rateOf(one!),
        unit: "requests/s",
        ratio: ratioOf(one!, hono!),
        against: hono!.name,
      }),
      atLeast(0.5, {
        name: `HTTP publish: lists of ${BATCH_EVENTS} on ${BATCHING_CONNECTIONS} connections`,
        value: rateOf(many!),
        unit: "events/s",
        ratio: ratioOf(many!, bare!),
        against: `${bare!.name}, the same rows`,
      }),
    ],
    tables: [
      {
        title: `HTTP publish, ${contracts.toLocaleString("en")} contracts, answered after the commit`,
        columns: ["", "", "events/s", "lowest", "highest", "in terms of the other"],
        rows: [
          [`${CONNECTIONS} connections`, one!, hono!] as const,
          [`${CONNECTIONS} connections`, hono!, hono!] as const,
          [`${BATCHING_CONNECTIONS} x ${BATCH_EVENTS}`, many!, bare!] as const,
          [`${BATCHING_CONNECTIONS} x ${BATCH_EVENTS}`, bare!, bare!] as const,
        ].map(([how, rated, other]) => [
          how,
          rated.name,
          rateOf(rated),
          Math.min(...rated.rates),
          Math.max(...rated.rates),
          `${ratioOf(rated, other).toFixed(2)} x`,
        ]),
        notes: [
          "requests of about 260 bytes on keep-alive connections, made by another process, the same for both",
          ...[one!, hono!].map(spentOn),
        ],
      },
    ],
  }
}

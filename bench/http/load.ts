/** A contestant that is a server: its slices are made by a load generator beside it. */
import type { Contestant } from "../contest/contestant.ts"
import { startHelper } from "../contest/helper.ts"
import type { ClientAnswer, ClientMessage, Connection } from "./client.ts"

/** `each`: how much one answered request counts. */
export const loaded = async (
  port: number,
  connections: ReadonlyArray<Connection>,
  each: number,
  close: () => Promise<void>,
): Promise<Contestant> => {
  const client = startHelper<ClientMessage, ClientAnswer>(new URL("client.ts", import.meta.url))
  await client.ask({ op: "connect", load: { port, connections } })
  /** Microseconds of CPU time, all slices together. */
  const spent = { main: 0, others: 0, client: 0 }
  let requests = 0
  return {
    slice: async (ms) => {
      const process0 = process.cpuUsage()
      const main0 = process.threadCpuUsage()
      const answer = await client.ask({ op: "run", ms })
      if (!("answered" in answer)) return 0
      const main = sum(process.threadCpuUsage(main0))
      spent.main += main
      spent.others += sum(process.cpuUsage(process0)) - main
      spent.client += answer.cpuUs
      requests += answer.answered
      return (answer.answered * each * 1_000) / answer.ms
    },
    figures: () => ({
      mainUs: spent.main / requests,
      othersUs: spent.others / requests,
      clientUs: spent.client / requests,
    }),
    close: async () => {
      client.end()
      await close()
    },
  }
}

const sum = ({ user, system }: NodeJS.CpuUsage): number => user + system

/** A whole request with a JSON body. */
export const post = (path: string, token: string, body: unknown): string => {
  const text = JSON.stringify(body)
  return [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    `Authorization: Bearer ${token}`,
    "",
    text,
  ].join("\r\n")
}

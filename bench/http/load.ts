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
  return {
    slice: async (ms) => {
      const answer = await client.ask({ op: "run", ms })
      return "answered" in answer ? (answer.answered * each * 1_000) / answer.ms : 0
    },
    close: async () => {
      client.end()
      await close()
    },
  }
}

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

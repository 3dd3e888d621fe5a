/** A contestant that is a server: its slices are made by a load generator beside it. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Contestant } from "../contest/contestant.ts"
import type { ClientAnswer, ClientMessage, Connection } from "./client.ts"

/** `each`: how much one answered request counts. */
export const loaded = async (
  port: number,
  connections: ReadonlyArray<Connection>,
  each: number,
  close: () => Promise<void>,
): Promise<Contestant> => {
  const client = fork(fileURLToPath(new URL("client.ts", import.meta.url)), { execArgv: [] })
  const ask = (message: ClientMessage): Promise<ClientAnswer> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error("the load generator ended"))
      client.once("exit", ended)
      client.once("message", (answer: ClientAnswer) => {
        client.off("exit", ended)
        if ("failed" in answer) reject(new Error(answer.failed))
        else resolve(answer)
      })
      client.send(message)
    })
  await ask({ op: "connect", load: { port, connections } })
  return {
    slice: async (ms) => {
      const answer = await ask({ op: "run", ms })
      return "answered" in answer ? (answer.answered * each * 1_000) / answer.ms : 0
    },
    close: async () => {
      client.disconnect()
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

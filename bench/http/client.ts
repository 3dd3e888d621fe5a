/**
 * A load generator in a process of its own: so many keep-alive connections, each with one request under way, requests
 * made beforehand, answers only counted. The same for every server, so what it costs itself falls out of the ratio.
 */
import { answerMessages } from "../contest/helper.ts"
import { Sender } from "./sender.ts"

export interface LoadRequest {
  readonly port: number
  readonly connections: ReadonlyArray<Connection>
}

export interface Connection {
  /** Whole HTTP/1.1 requests; sent one after the other, again and again. */
  readonly requests: ReadonlyArray<string>
}

export type ClientMessage =
  | { readonly op: "connect"; readonly load: LoadRequest }
  | { readonly op: "run"; readonly ms: number }
export type ClientAnswer =
  | { readonly connected: true }
  /** `cpuUs`: what the generator itself needed. */
  | { readonly answered: number; readonly ms: number; readonly cpuUs: number }

let senders: ReadonlyArray<Sender> = []

const answer = async (message: ClientMessage): Promise<ClientAnswer> => {
  if (message.op === "connect") {
    const { port, connections } = message.load
    senders = connections.map(({ requests }) => new Sender(port, requests))
    return { connected: true }
  }
  await Promise.all(senders.map((sender) => sender.open()))
  const used = process.cpuUsage()
  const start = performance.now()
  const counts = await Promise.all(senders.map((sender) => sender.run(start + message.ms)))
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(used)
  return { answered: counts.reduce((sum, count) => sum + count, 0), ms, cpuUs: user + system }
}

answerMessages(answer)

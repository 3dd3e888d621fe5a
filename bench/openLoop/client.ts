/** Requests at fixed times, whether the ones before are answered or not; each is timed from when it was due. */
import type { Connection } from "../http/client.ts"
import { answerMessages } from "../contest/helper.ts"
import { Sender } from "../http/sender.ts"

export interface OpenLoopRun {
  readonly port: number
  readonly connections: ReadonlyArray<Connection>
  readonly perSecond: number
  readonly ms: number
}

export interface OpenLoopResult {
  readonly refused: number
  /** Milliseconds from when each was due until it was answered, in the order in which they were due. */
  readonly latencies: ReadonlyArray<number>
}

/** What is due waits for a connection that is free; the time it waits counts. */
const run = async ({ port, connections, perSecond, ms }: OpenLoopRun): Promise<OpenLoopResult> => {
  const senders = connections.map(({ requests }) => new Sender(port, requests))
  await Promise.all(senders.map((sender) => sender.open()))
  const free = [...senders]
  const total = Math.round((perSecond * ms) / 1_000)
  const latencies = Array.from({ length: total }, () => 0)
  const start = performance.now()
  let refused = 0
  let answered = 0
  let sent = 0
  return new Promise((resolve) => {
    const dueAt = (index: number): number => start + (index * 1_000) / perSecond
    const send = (sender: Sender): void => {
      const index = sent++
      sender.exchange((error) => {
        if (error !== undefined) refused++
        latencies[index] = performance.now() - dueAt(index)
        free.push(sender)
        if (++answered === total) {
          senders.forEach((one) => one.close())
          return resolve({ refused, latencies })
        }
        sendDue()
      })
    }
    const canSend = (): boolean => sent < total && dueAt(sent) <= performance.now() && free.length > 0
    const sendDue = (): void => {
      while (canSend()) send(free.shift()!)
    }
    const tick = (): void => {
      sendDue()
      if (sent < total) setTimeout(tick, 1)
    }
    tick()
  })
}

answerMessages(run)

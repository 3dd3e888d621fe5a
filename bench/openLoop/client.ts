/** Requests at fixed times, whether the ones before are answered or not; each is timed from when it was due. */
import { answerMessages } from "../contest/helper.ts"
import { connectionsOf } from "../http/requests.ts"
import { Sender } from "../http/sender.ts"
import { makeEvents } from "../workload/events.ts"

export interface OpenLoopRun {
  readonly port: number
  readonly contracts: number
  readonly connections: number
  /** By organization. */
  readonly tokens: ReadonlyArray<readonly [string, string]>
  readonly perSecond: number
  readonly ms: number
}

export interface OpenLoopResult {
  readonly refused: number
  /** Milliseconds from when each was due until it was answered, in the order in which they were due. */
  readonly latencies: ReadonlyArray<number>
  /** Milliseconds from the first that was due to the last answer. */
  readonly tookMs: number
}

/** What is due waits for a connection that is free; the time it waits counts. */
const run = async ({ port, contracts, connections, tokens, perSecond, ms }: OpenLoopRun): Promise<OpenLoopResult> => {
  const senders = connectionsOf({ connections, batch: 1 }, makeEvents(contracts), new Map(tokens)).map(
    ({ requests }) => new Sender(port, requests),
  )
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
          return resolve({ refused, latencies, tookMs: performance.now() - start })
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

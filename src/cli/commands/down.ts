/** `charter down` */
import { isAlive } from "../../discovery/findDaemon.ts"
import { outputFile } from "../../discovery/folders.ts"
import type { Client } from "../client.ts"
import type { Invocation } from "../command.ts"
import { connectIfRunning } from "../connect.ts"
import { Failure } from "../failure.ts"

/** Runs have ten seconds, requests five, mailboxes what they need. */
const STOP_TIMEOUT_MS = 60_000
const POLL_MS = 25

export const down = async (invocation: Invocation): Promise<void> => {
  const { output, folders } = invocation
  const connected = await connectIfRunning(invocation, "operator")
  if (connected === undefined) {
    output.answer({ stopped: false }, () => `No daemon is running for ${folders.workspace}.`)
    return
  }
  const [client, { pid }] = connected
  const open = await openWork(client)
  await client.shutdown()
  const asked = Date.now()
  const waiting = (): string =>
    `waiting for the daemon (process ${pid}) to stop, ${Math.round((Date.now() - asked) / 1000)} s; ${open}`
  if (!(await output.during(waiting, ended(pid))))
    throw new Failure(`The daemon (process ${pid}) is still running after ${STOP_TIMEOUT_MS / 1000} seconds.`, {
      next: [
        `Its output is in ${outputFile(folders.data)}`,
        `End it at once: kill -9 ${pid}. Nothing that was acknowledged is lost.`,
      ],
    })
  output.answer({ stopped: true, pid }, () => `The daemon (process ${pid}) has stopped.`)
}

const openWork = async (client: Client): Promise<string> => {
  const { openTasks } = await client.status()
  return openTasks === 0
    ? "it finishes requests and closes the log"
    : `${openTasks} open task${openTasks === 1 ? "" : "s"} may end or will be taken up again`
}

const ended = async (pid: number): Promise<boolean> => {
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; Date.now() < deadline;) {
    if (!isAlive(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return false
}

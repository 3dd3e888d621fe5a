/** `charter down` */
import { amount } from "../../domain/amount.ts"
import { durationInWords } from "../../domain/duration.ts"
import { isAlive } from "../../discovery/findDaemon.ts"
import { outputFile } from "../../discovery/folders.ts"
import type { Client } from "../client.ts"
import type { Status } from "../answers.ts"
import type { Given, Invocation } from "../command.ts"
import { connectIfRunning, noDaemon } from "../connect.ts"
import { Failure } from "../failure.ts"
import { dim } from "../output.ts"
import { fromNow } from "../times.ts"
import { plain } from "../text.ts"

/** Beside what runs are given: requests have five seconds, runs that are stopped some, mailboxes what they need. */
const STOP_TIMEOUT_MS = 60_000
const POLL_MS = 25
/** How often it is asked what it waits for. */
const LOOK_MS = 500

export const down = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, folders } = invocation
  const connected = await connectIfRunning(invocation, "operator")
  if (connected === undefined) {
    output.answer({ stopped: false }, () => noDaemon(invocation))
    return
  }
  const [client, { pid }] = connected
  const now = given.options["now"] === true
  const { runs } = await client.shutdown(now ? { now } : {})
  const asked = Date.now()
  const watched = watch(client, pid, runs)
  const waiting = (): string => {
    const seconds = Math.round((Date.now() - asked) / 1000)
    return `waiting for the daemon (process ${pid}) to stop, ${seconds} s; ${watched.doing()}`
  }
  if (!(await output.during(waiting, watched.ended)))
    throw new Failure(`The daemon (process ${pid}) is still running.`, {
      next: [
        `Its output is in ${outputFile(folders.data)}`,
        `End it at once: kill -9 ${pid}. Nothing that was acknowledged is lost.`,
      ],
    })
  const left = now || watched.isOver() ? watched.left() : []
  output.answer({ stopped: true, pid, runs: left }, () =>
    [
      `The daemon (process ${pid}) has stopped.`,
      ...left.map(({ task, member, org }) =>
        dim(`Task ${task} of ${plain(member)}${org} had not ended: it is given again at the next start.`),
      ),
    ].join("\n"),
  )
}

type Draining = NonNullable<Status["draining"]>

/** Follows a daemon to its end: what it waits for, and what it did not wait out. */
const watch = (client: Client, pid: number, runs: Draining["runs"]) => {
  let seen: Draining | undefined
  let doing = "it finishes requests and closes the log"
  const look = async (): Promise<void> => {
    try {
      const { draining } = await client.status()
      if (draining === undefined) return
      seen = draining
      doing = waitsFor(draining, new Date())
    } catch {
      // Its door is closed: what was seen last is what it left.
      doing = "it closes the log"
    }
  }
  const end = async (): Promise<boolean> => {
    for (let deadline = Date.now() + STOP_TIMEOUT_MS, looked = 0; Date.now() < deadline;) {
      if (!isAlive(pid)) return true
      if (Date.now() - looked >= LOOK_MS) {
        looked = Date.now()
        await look()
        if (seen !== undefined) deadline = Math.max(deadline, Date.parse(seen.until) + STOP_TIMEOUT_MS)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    return false
  }
  return {
    ended: end(),
    doing: () => doing,
    isOver: () => seen !== undefined && Date.now() >= Date.parse(seen.until),
    left: () => seen?.runs ?? runs,
  }
}

/** `2 runs (t-team-4 of coder since 3 seconds ago, …), at most 8 seconds`. */
export const waitsFor = ({ until, runs }: Draining, now: Date): string => {
  if (runs.length === 0) return "it finishes requests and closes the log"
  const left = Math.max(0, Date.parse(until) - now.getTime())
  const shown = runs
    .slice(0, MAX_SHOWN_RUNS)
    .map(({ task, member, org, since }) => `${task} of ${plain(member)}${org}, begun ${fromNow(since, now)}`)
  const more = runs.length > MAX_SHOWN_RUNS ? ["…"] : []
  return `for ${durationInWords(Math.ceil(left / 1000) * 1000)} at most it waits for ${amount(runs.length, "run")}: ${[...shown, ...more].join("; ")}`
}

const MAX_SHOWN_RUNS = 3

/**
 * Ends the processes of all runs when the daemon dies without a chance to do so, by `kill -9` or a crash. The guardian
 * is one small shell for the whole daemon, in a session of its own. It waits on a pipe that only the daemon holds; when
 * the pipe closes, it kills whatever carries the daemon's mark. It is started by the first run and ends with the daemon.
 * A chain of processes that each start the next one and exit faster than a shell looks is left to the sweep of the next
 * start (`killRuns`).
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"

/** A guardian that dies younger than this is started again by the next run only. */
export const GUARDIAN_MIN_LIFE_MS = 1_000
/** Passes over the processes before those left are given up. */
export const GUARDIAN_MAX_PASSES = 500

/** The variable, and the value for this daemon, by which the guardian knows the processes of its runs. */
export const GUARDIAN_VARIABLE = "CHARTER_GUARDIAN"
export const GUARDIAN_MARK: string = randomUUID()

/** Resolves once a guardian watches over every process that carries the mark; rejects where none can be started. */
export const ensureGuardian = (): Promise<void> =>
  (current ??= start().catch((error: Error) => {
    current = undefined
    throw new Error(`The guardian of runs could not be started: ${error.message}`)
  }))

const SCRIPT = `
trap '' HUP INT TERM
while read -r _; do :; done
pass=0
while [ "$pass" -lt ${GUARDIAN_MAX_PASSES} ]; do
  files=$(grep -lszxF "$1" /proc/[0-9]*/environ)
  [ -n "$files" ] || exit 0
  for file in $files; do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
  pass=$((pass + 1))
done`

let current: Promise<void> | undefined

const start = async (): Promise<void> => {
  const started = performance.now()
  const guardian = spawn("/bin/sh", ["-c", SCRIPT, "charter-guardian", `${GUARDIAN_VARIABLE}=${GUARDIAN_MARK}`], {
    cwd: "/",
    detached: true,
    env: { PATH: process.env["PATH"] ?? DEFAULT_PATH },
    stdio: ["pipe", "ignore", "ignore"],
  })
  letGo(guardian)
  guardian.once("exit", () => {
    current = undefined
    if (performance.now() - started > GUARDIAN_MIN_LIFE_MS) ensureGuardian().catch(() => undefined)
  })
  await once(guardian, "spawn")
}

/** Where the daemon itself was started without one. */
export const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"

/** The daemon does not stay up for its guardian's sake. */
const letGo = (guardian: ChildProcess): void => {
  guardian.unref()
  const pipe = guardian.stdin as (ChildProcess["stdin"] & { unref?: () => void }) | null
  pipe?.on("error", () => undefined)
  pipe?.unref?.()
}

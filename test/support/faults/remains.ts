/**
 * What is left of runs: processes that carry a run's mark, and tokens that still open a door. The executables of a test
 * put their token down in `tokens/`, in a file that is named after the run.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { type Evidence, RUN_GRACE_MS } from "../../../src/testing/invariants.ts"
import { livingRuns } from "../../../src/testing/livingRuns.ts"
import type { DaemonProcess } from "../DaemonProcess.ts"

/** A line of shell. The folder `tokens` is in the workspace. */
export const PUT_TOKEN_DOWN = `printf %s "$CHARTER_TOKEN" > "tokens/\${CHARTER_RUN_ID%@*}"`

/** Pause between two looks at processes that have some time yet. */
const LOOK_MS = 50

export interface Remains extends Required<Pick<Evidence, "processes" | "tokens" | "looked">> {
  /** How many runs have put their token down. */
  readonly tried: number
}

/** Of a daemon whose runs have all ended, and that still answers. Processes are given the time that a run's may have. */
export const remainsOf = async (daemon: DaemonProcess, workspace: string, data: string): Promise<Remains> => {
  const folder = join(workspace, "tokens")
  const known = readdirSync(folder)
  const tokens: Array<string> = []
  for (const run of known) if (await opens(daemon, readFileSync(join(folder, run), "utf8"))) tokens.push(run)
  const deadline = Date.now() + RUN_GRACE_MS + LOOK_MS
  while (livingRuns(data).length > 0 && Date.now() < deadline) await setTimeout(LOOK_MS)
  return { tried: known.length, tokens, processes: livingRuns(data), looked: Date.now() }
}

/** Is it let in by anything at all? */
const opens = async (daemon: DaemonProcess, token: string): Promise<boolean> =>
  (await daemon.call("GET", "/v1/status", { token })).status !== 401

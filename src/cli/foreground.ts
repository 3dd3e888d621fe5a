/** Runs a daemon in this process until Ctrl-C, a signal, or `charter down`. */
import { Cause, Deferred, Effect, Exit } from "effect"
import { readDaemonFile } from "../discovery/daemonFile.ts"
import { DISK_EDITS, type DiskEdits } from "../domain/change.ts"
import { checkFolders, NEXT_IN_DATA_FOLDER } from "./background.ts"
import { makeClient } from "./client.ts"
import { rulesInWords } from "./commands/status.ts"
import type { Invocation } from "./command.ts"
import { Failure } from "./failure.ts"
import { logFormat } from "../observability/logging.ts"
import { bold, dim } from "./output.ts"
import type { Bounds, StartFailure } from "./program.ts"
import { warnings } from "./warnings.ts"

/** A second Ctrl-C this soon is the first one again: npm passes on what the terminal has sent to all. */
const SAME_INTERRUPT_MS = 500

export const runInForeground = async (
  { folders, program, environment, output }: Invocation,
  {
    diskEdits = statedEdits(environment),
    ...at
  }: { readonly host: string; readonly port: number; readonly diskEdits?: DiskEdits | undefined } & Bounds,
): Promise<number> => {
  checkFolders(folders)
  const startDaemon = await program.loadDaemon()
  // The log says the same; where it is for programs, nothing else stands between its lines.
  const isTerminal = process.stderr.isTTY === true
  const say = logFormat(environment, isTerminal) === "text" ? output.note : () => {}
  const lifetime = Effect.gen(function* () {
    const signalled = yield* Deferred.make<void>()
    onSignals(() => Deferred.doneUnsafe(signalled, Effect.void))
    const daemon = yield* startDaemon({
      ...folders,
      ...at,
      environment,
      ...(diskEdits === undefined ? undefined : { diskEdits }),
    })
    // It has begun, and goes on also where nobody takes its first words.
    process.stdout.removeAllListeners("error").on("error", () => {})
    const own = readDaemonFile(folders.data)!
    const status = yield* Effect.promise(() => makeClient(own, own.token).status())
    output.item({ pid: process.pid, url: daemon.url, ...folders }, () =>
      [
        `Charter ${program.version} listens on ${bold(daemon.url)} (process ${process.pid}).`,
        `  workspace  ${folders.workspace}`,
        `  data       ${folders.data}`,
        `  rules      ${rulesInWords(status)}`,
        ...warnings(status),
        dim(process.stdin.isTTY ? "Ctrl-C stops it." : "charter down stops it."),
      ].join("\n"),
    )
    yield* Effect.raceFirst(daemon.stopping, Deferred.await(signalled))
    say("Stopping: what is under way may end.")
  })
  const exit = await Effect.runPromiseExit(Effect.scoped(lifetime))
  if (Exit.isSuccess(exit)) {
    say("Stopped.")
    return 0
  }
  const failed = exit.cause.reasons.find(Cause.isFailReason)
  if (failed === undefined) throw Cause.squash(exit.cause)
  throw new Failure(`${failed.error.message}.`, { next: nextAfter(failed.error) })
}

/** A word that nobody knows must not pass for the weaker one. */
const statedEdits = ({ CHARTER_DISK_EDITS: text }: NodeJS.ProcessEnv): DiskEdits | undefined => {
  const stated = DISK_EDITS.find((word) => word === text)
  if (stated === undefined && text !== undefined && text !== "")
    throw new Failure(`CHARTER_DISK_EDITS is ${DISK_EDITS.join(" or ")}, not ${JSON.stringify(text)}.`)
  return stated
}

const nextAfter = (error: StartFailure): ReadonlyArray<string> => {
  switch (error._tag) {
    case "ListenFailed":
      return error.message.includes("no such address")
        ? ["Only this machine: leave out --host", "All its addresses: charter up --host 0.0.0.0"]
        : ["Any port that is free: charter up --port 0"]
    case "DataFolderHeld":
      return ["See it: charter status", "Stop it: charter down", "Another data folder: charter up --data FOLDER"]
    case "DataFolderUnusable":
      return NEXT_IN_DATA_FOLDER
    case "JournalUnreadable":
      return [
        "Let the daemon's user read it",
        "Else put the files of contracts/ and organizations/ right, as version control has them, and then move it away",
      ]
    case "WorkspaceInvalid":
      return ["All that is wrong: charter lint"]
    default:
      return []
  }
}

/** The first signal stops the daemon gracefully; an impatient second one ends it at once, which loses nothing. */
const onSignals = (stop: () => void): void => {
  let since: number | undefined
  const signalled = (): void => {
    if (since === undefined) {
      since = Date.now()
      stop()
    } else if (Date.now() - since > SAME_INTERRUPT_MS) process.exit(1)
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, signalled)
}

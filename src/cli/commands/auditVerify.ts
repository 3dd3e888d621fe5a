/** `charter audit verify` */
import { existsSync } from "node:fs"
import { Effect } from "effect"
import { amount } from "../../domain/amount.ts"
import { databaseFile } from "../../discovery/folders.ts"
import type { VerifyReport } from "../../log/EventLog.ts"
import { readInThread } from "../../log/local/readerThread.ts"
import type { Invocation } from "../command.ts"
import { EXIT_FAILED, Failure } from "../failure.ts"
import { green, red } from "../output.ts"
import { plain } from "../text.ts"

export const auditVerify = async ({ output, folders }: Invocation): Promise<number> => {
  const file = databaseFile(folders.data)
  if (!existsSync(file)) throw noLog(folders.data)
  const report = await output.during(() => `reading ${file} …`, verifyLog(file))
  const extent = `${amount(report.records, "record")} in ${amount(report.organizations, "organization")}`
  output.answer(report, () =>
    [
      ...findingLines(report),
      report.broken.length === 0
        ? green(`The log is whole: ${extent}, each as it was written.`)
        : red(
            `The log has been changed: ${extent}, ${amount(report.broken.length, "finding")}. A place is the first of its organization; what follows it is not proven.`,
          ),
    ].join("\n"),
  )
  return report.broken.length === 0 ? 0 : EXIT_FAILED
}

export const verifyLog = (file: string): Promise<VerifyReport> =>
  Effect.runPromise(
    Effect.mapError(
      readInThread(file, { kind: "verify" }),
      ({ reason }) =>
        new Failure(`The log cannot be read: ${reason}.`, {
          next: ["Where there is a backup: charter restore FILE --data FOLDER"],
        }),
    ),
  )

export const findingLines = ({ broken }: VerifyReport): ReadonlyArray<string> =>
  broken.map(
    ({ org, seq, what }) => `${red("changed")}  ${org === "" ? "the file" : `${org} number ${seq}`}: ${plain(what)}`,
  )

export const noLog = (data: string): Failure =>
  new Failure(`There is no log in ${data}.`, {
    next: ["A daemon makes one: charter up", "Another folder: --data FOLDER"],
  })

/** The workspace: its files, whether its agents can start, and what they could do to it. */
import { accessSync, constants } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import { amount } from "../../domain/amount.ts"
import { daemonFilePath } from "../../discovery/daemonFile.ts"
import { databaseFile, type Folders } from "../../discovery/folders.ts"
import { formatDiagnostic } from "../../domain/diagnostic.ts"
import type { Organization } from "../../domain/organization.ts"
import { FOLDERS } from "../../workspace/scan.ts"
import { whyNotHere } from "../executables.ts"
import { diagnose, hasDefinitions, organizationsOf, readSources } from "../sources.ts"
import { plain } from "../text.ts"
import { bad, type Finding, ok, warn } from "./finding.ts"

export const checkWorkspace = async (
  folders: Folders,
  environment: NodeJS.ProcessEnv,
): Promise<ReadonlyArray<Finding>> => {
  const { workspace } = folders
  if (!hasDefinitions(workspace))
    return [bad("workspace", `${workspace} has neither contracts/ nor organizations/`, "Make one: charter init")]
  const sources = await readSources(workspace, [])
  const organizations = organizationsOf(sources.parsed)
  const diagnostics = diagnose(sources)
  const errors = diagnostics.filter(({ severity }) => severity === "error")
  const [first] = [...errors, ...diagnostics]
  const counted = `${errors.length} errors and ${diagnostics.length - errors.length} warnings in the files`
  return [
    ok("workspace", workspace),
    first === undefined
      ? ok("files", `nothing is wrong in ${amount(sources.texts.size, "file")}`)
      : (errors.length > 0 ? bad : warn)(
          "files",
          `${counted}, such as ${plain(formatDiagnostic(first))}`,
          "charter lint",
        ),
    ...organizations.flatMap((organization) => checkExecutors(organization, workspace, environment)),
    checkReach(folders, organizations),
  ]
}

const checkExecutors = (
  { id, members }: Organization,
  workspace: string,
  environment: NodeJS.ProcessEnv,
): ReadonlyArray<Finding> =>
  members.flatMap(({ name, executor }) => {
    if (executor === undefined) return []
    const agent = `${name}${id}`
    const why = whyNotHere(executor, workspace, environment)
    return why === undefined
      ? [ok("executor", `${agent} can start (${executor.kind})`)]
      : [bad("executor", `${agent} cannot start: ${why.what}`, why.next)]
  })

/** An executor has the rights of the daemon's user: the rules bind what it asks for, not what it does to files. */
const checkReach = (folders: Folders, organizations: ReadonlyArray<Organization>): Finding => {
  if (!organizations.some(({ members }) => members.some(({ executor }) => executor !== undefined)))
    return ok("reach", "no executor runs here")
  const { workspace, data } = folders
  const reachable = [
    ...FOLDERS.flatMap((name) =>
      can(join(workspace, name), constants.W_OK) ? [`edit ${name}/, which passes for the operator's edit`] : [],
    ),
    ...(can(daemonFilePath(data), constants.R_OK) ? ["read the operator's token"] : []),
    ...(can(databaseFile(data), constants.W_OK) ? ["change the log, which charter audit verify shows"] : []),
  ]
  const user = nameOfUser()
  const power = process.getuid?.() === 0 ? ", who may do anything on this machine," : ""
  if (reachable.length === 0) return ok("reach", `an executor that runs as ${user} cannot change the rules or the log`)
  return warn(
    "reach",
    `an executor runs as ${user}${power} and could ${reachable.join(", ")}`,
    "Run the daemon as a user of its own, and let agents that you do not trust work in a container; charter up --disk-edits confirm makes every edit wait.",
  )
}

const can = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

const nameOfUser = (): string => {
  try {
    return userInfo().username
  } catch {
    return "this user"
  }
}

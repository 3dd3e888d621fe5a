/** From a command line to a client: which daemon, and in whose name. */
import { readFileSync, statSync } from "node:fs"
import type { Address, DaemonFile } from "../discovery/daemonFile.ts"
import { findDaemon } from "../discovery/findDaemon.ts"
import { readPerson } from "../discovery/personFile.ts"
import { foldersOf, outputFile } from "../discovery/folders.ts"
import { startInBackground } from "./background.ts"
import { type Client, makeClient } from "./client.ts"
import type { Invocation } from "./command.ts"
import { Failure } from "./failure.ts"

/**
 * In whose name a command speaks.
 *
 * - `anyone`: whose token is given, else the operator.
 * - `operator`: the operator of this machine, unless `--token-file` names another one.
 * - `person`: whose token is given, else who has joined from this machine; the operator is no elector.
 */
export type Role = "anyone" | "operator" | "person"

/** Starts a daemon where none runs, and says so. Within a run it is the daemon of the run, whatever folder that is in. */
export const connect = async (invocation: Invocation, role: Role): Promise<Client> => {
  const token = tokenFor(invocation, role)
  const around = daemonAround(invocation)
  if (around !== undefined) return makeClient(around.address, token ?? around.token)
  const daemon = (await runningDaemon(invocation)) ?? (await startInBackground(invocation))
  return clientOf(invocation, role, daemon, token)
}

/** Without any token: for whoever joins by a link. `CHARTER_URL` alone names a daemon elsewhere. */
export const connectWithoutToken = async (invocation: Invocation): Promise<Client> => {
  const address = invocation.foldersNamed ? undefined : addressIn(invocation.environment)
  return makeClient(address ?? (await runningDaemon(invocation)) ?? (await startInBackground(invocation)), undefined)
}

/** The same, where it would make no sense to start one. */
export const connectIfRunning = async (
  invocation: Invocation,
  role: Role,
): Promise<readonly [Client, DaemonFile] | undefined> => {
  const token = tokenFor(invocation, role)
  const daemon = await runningDaemon(invocation)
  return daemon === undefined ? undefined : [await clientOf(invocation, role, daemon, token), daemon]
}

/** A data folder that was named may be the wrong one. */
export const noDaemon = ({ folders: { workspace, data }, environment }: Invocation): string => {
  const usual = foldersOf({ workspace }, { ...environment, CHARTER_DATA: undefined }, workspace).data
  return `No daemon is running for ${workspace}${data === usual ? "" : `, with its data in ${data}`}.`
}

/** With this token, to a daemon that is known to run. */
export const connectAs = async (invocation: Invocation, token: string): Promise<Client> => {
  const daemon = daemonAround(invocation)?.address ?? (await runningDaemon(invocation))
  if (daemon === undefined) throw new Failure("The daemon has gone.", { next: ["See how it is: charter status"] })
  return makeClient(daemon, token)
}

/** Who names a token that the daemon refuses is told so, also where the operator's own would do. */
const clientOf = async (
  { environment }: Invocation,
  role: Role,
  daemon: DaemonFile,
  token: string | undefined,
): Promise<Client> => {
  const stated = statedToken(environment)
  if (role === "operator" && token === undefined && stated !== undefined)
    await makeClient(daemon, stated)
      .organizations()
      .catch((failure: unknown) => {
        if (failure instanceof Failure && failure.problem?.status === 401)
          throw new Failure(`The token in CHARTER_TOKEN is refused: ${failure.message}`, {
            problem: failure.problem,
            next: ["Act as the operator: unset CHARTER_TOKEN", ...failure.next],
          })
      })
  return makeClient(daemon, token ?? daemon.token)
}

/** `CHARTER_URL` and `CHARTER_TOKEN`, as every run is given them; a folder on the command line means another daemon. */
const daemonAround = ({
  environment,
  foldersNamed,
}: Invocation): { readonly address: Address; readonly token: string } | undefined => {
  const { CHARTER_TOKEN: token } = environment
  const address = foldersNamed || token === undefined ? undefined : addressIn(environment)
  return address === undefined || token === undefined ? undefined : { address, token }
}

const addressIn = ({ CHARTER_URL: text }: NodeJS.ProcessEnv): Address | undefined => {
  if (text === undefined || text === "") return undefined
  const url = URL.parse(text)
  if (url?.protocol !== "http:") throw new Failure(`CHARTER_URL is http://ADDRESS:PORT, not ${JSON.stringify(text)}.`)
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || 80) }
}

const runningDaemon = async (invocation: Invocation): Promise<DaemonFile | undefined> => {
  const { data } = invocation.folders
  const found = await findDaemon(data)
  switch (found.state) {
    case "running":
      if (invocation.workspaceNamed) checkServes(invocation, found.daemon)
      return found.daemon
    case "none":
      return undefined
    case "silent":
      throw new Failure(`The daemon (process ${found.daemon.pid}) does not answer.`, {
        next: [
          `Its output is in ${outputFile(data)}`,
          `If it hangs, end it: kill ${found.daemon.pid}. Nothing that was acknowledged is lost.`,
        ],
      })
  }
}

/** Refuses a daemon that serves another workspace than the one that is meant. */
export const checkServes = ({ folders }: Invocation, { workspace, pid }: DaemonFile): void => {
  if (workspace === undefined || workspace === folders.workspace) return
  const detail = `the data folder ${folders.data} belongs to a daemon (process ${pid}) for ${workspace}, not for ${folders.workspace}`
  throw new Failure(`${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`, {
    problem: {
      type: "urn:charter:problem:workspace-differs",
      title: "Another workspace",
      status: 409,
      detail,
      workspace,
    },
    next: [
      `Use it for its own workspace: leave out --workspace ${folders.workspace}`,
      "Take a data folder of the workspace's own: leave out --data, or name another one",
    ],
  })
}

/** `undefined`: the operator's own, from `daemon.json`. */
const tokenFor = ({ tokenFile, environment, folders }: Invocation, role: Role): string | undefined => {
  const given = tokenFile === undefined ? undefined : readTokenFile(tokenFile)
  if (given !== undefined || role === "operator") return given
  const stated = statedToken(environment)
  if (stated !== undefined) return stated
  if (role === "anyone") return undefined
  const joined = readPerson(folders.data)
  if (joined !== undefined) return joined.token
  throw new Failure(
    "Only a person can do this, and nothing says who you are. The operator is no elector and cannot vote.",
    {
      next: [
        "Say who you are on this machine:              charter join ORGANIZATION --as NAME",
        "or make a token for a human:                  export CHARTER_TOKEN=$(charter token create NAME --kind human)",
        "or keep it in a file and name that:           --token-file FILE",
      ],
    },
  )
}

const statedToken = ({ CHARTER_TOKEN: token }: NodeJS.ProcessEnv): string | undefined =>
  token === undefined || token === "" ? undefined : token.trim()

/** Larger files are no tokens. */
const MAX_TOKEN_FILE_BYTES = 4_096

const readTokenFile = (file: string): string => {
  let text: string
  try {
    if (statSync(file).size > MAX_TOKEN_FILE_BYTES) throw new Error("it is too large for a token")
    text = readFileSync(file, "utf8").trim()
  } catch (error) {
    throw new Failure(`The token file ${file} cannot be read: ${(error as Error).message}.`)
  }
  if (!/^\S+$/.test(text))
    throw new Failure(`The file ${file} holds no token.`, {
      next: ["It holds one line: what charter token create has printed."],
    })
  return text
}

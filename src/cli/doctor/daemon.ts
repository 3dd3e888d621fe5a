/** The data folder, and the daemon that holds it. */
import { accessSync, constants, statSync } from "node:fs"
import { relative } from "node:path"
import { daemonFilePath, urlOf } from "../../discovery/daemonFile.ts"
import { findDaemon } from "../../discovery/findDaemon.ts"
import { type Folders, outputFile } from "../../discovery/folders.ts"
import { DEFAULT_PORT, isFree } from "../background.ts"
import { makeClient } from "../client.ts"
import { plain } from "../text.ts"
import { bad, type Finding, ok, warn } from "./finding.ts"

const LOOPBACK = /^(?:127\.|::1$|localhost$)/
const FOR_OTHERS = 0o077

export const checkDaemon = async (folders: Folders, version: string): Promise<ReadonlyArray<Finding>> => [
  checkDataFolder(folders),
  ...checkTokenFile(daemonFilePath(folders.data)),
  ...(await checkRunning(folders.data, version)),
]

const checkDataFolder = ({ workspace, data }: Folders): Finding => {
  if (!relative(workspace, data).startsWith(".."))
    return warn("data", `${data} lies in the workspace, where agents work`, "Keep it elsewhere: --data FOLDER")
  const found = statSync(data, { throwIfNoEntry: false })
  if (found === undefined) return ok("data", `${data}, made by the first start`)
  if (!found.isDirectory()) return bad("data", `${data} is no folder`, "Name another one: --data FOLDER")
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return bad("data", `${data} cannot be written by this user`, `Make it yours: chown -R "$USER" ${data}`)
  }
  return (found.mode & FOR_OTHERS) === 0
    ? ok("data", data)
    : warn("data", `${data} is open to other users`, `Close it: chmod 700 ${data}`)
}

const checkTokenFile = (file: string): ReadonlyArray<Finding> => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return []
  return (found.mode & FOR_OTHERS) === 0
    ? [ok("token", "only you can read the operator's token in daemon.json")]
    : [
        bad(
          "token",
          `other users can read the operator's token in ${file}`,
          `Close it and make a new one: chmod 600 ${file} && charter down && charter up`,
        ),
      ]
}

const checkRunning = async (data: string, version: string): Promise<ReadonlyArray<Finding>> => {
  const found = await findDaemon(data)
  switch (found.state) {
    case "none":
      return [
        warn("daemon", "none is running", "Start it: charter up"),
        (await isFree(DEFAULT_PORT))
          ? ok("port", `${DEFAULT_PORT} is free`)
          : warn("port", `another program has ${DEFAULT_PORT}`, "Take any that is free: charter up --port 0"),
      ]
    case "silent":
      return [
        bad(
          "daemon",
          `process ${found.daemon.pid} does not answer at ${urlOf(found.daemon)}`,
          `See ${outputFile(data)}; if it hangs: kill ${found.daemon.pid}. Nothing that was acknowledged is lost.`,
        ),
      ]
    case "running": {
      const { daemon } = found
      const status = await makeClient(daemon, daemon.token).status()
      return [
        ok("daemon", `process ${daemon.pid} answers at ${urlOf(daemon)} and is ${plain(status.state)}`),
        ...(status.version === version
          ? []
          : [
              warn(
                "daemon",
                `it is version ${status.version}, this is ${version}`,
                "Restart it: charter down && charter up",
              ),
            ]),
        ...(status.unwritable === undefined
          ? []
          : [
              bad(
                "log",
                `nothing can be recorded, so events are answered 503: ${plain(status.unwritable)}`,
                `Make room on the disk of ${data}, make it writable, or end the program that holds the file; it goes on by itself.`,
              ),
            ]),
        ...status.warnings.map((text) => warn("daemon", plain(text), "More: charter status")),
        LOOPBACK.test(daemon.host)
          ? ok("port", `only this machine reaches port ${daemon.port}`)
          : warn(
              "port",
              `other machines reach port ${daemon.port} on ${daemon.host}, without encryption`,
              "Put a proxy with TLS before it, or: charter up --host 127.0.0.1",
            ),
      ]
    }
  }
}

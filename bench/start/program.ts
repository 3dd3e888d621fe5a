/** The program as it is shipped: bundled, started by its shell script, with caches of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { compile, PROGRAM } from "../../scripts/bundle.ts"
import type { Settings } from "../settings.ts"
import { ruleFiles } from "../workload/contracts.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
/** What the daemon writes when it is there for everybody. */
const READY = "events are taken"
/** How long it may take to be ready, and to end. */
const PATIENCE_MS = 60_000

export interface Program {
  /** Milliseconds from the start of the program to its end. */
  readonly timed: (...words: ReadonlyArray<string>) => number
  /** A daemon of a workspace, on the data folder of its last one. */
  readonly up: (workspace: string) => Promise<Daemon>
}

export interface Daemon {
  readonly readyMs: number
  /** Memory that the process has now. */
  readonly residentMB: () => number
  readonly stop: () => Promise<void>
}

const installed = new WeakMap<Settings, Promise<string>>()

/** Where the daemon of a workspace keeps what it has. */
export const dataOf = (workspace: string): string => `${workspace}-data`

/** Installs it in a folder of the run, once. */
export const makeProgram = async (settings: Settings): Promise<Program> => {
  const installing = installed.get(settings) ?? install(join(settings.folder, "program"))
  installed.set(settings, installing)
  const folder = await installing
  const program = join(folder, "dist", "charter")
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    XDG_CACHE_HOME: join(folder, "cache"),
    CHARTER_NODE: process.execPath,
  }
  return {
    timed: (...words) => timed(program, words, env),
    up: (workspace) =>
      start(
        spawn(program, ["up", "--foreground", "--port", "0", "--workspace", workspace, "--data", dataOf(workspace)], {
          env,
          stdio: ["ignore", "ignore", "pipe"],
        }),
      ),
  }
}

/** Answers the folder. */
const install = async (folder: string): Promise<string> => {
  const dist = join(folder, "dist")
  mkdirSync(dist, { recursive: true })
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  for (const part of ["node_modules", "contracts", "organizations", "schemas"])
    symlinkSync(join(ROOT, part), join(folder, part))
  await compile(dist, PROGRAM)
  cpSync(join(ROOT, "packaging", "charter"), join(dist, "charter"))
  return folder
}

/** Starts a daemon of the workspace and stops it again; answers after how many milliseconds it was ready. */
export const startAndStop = async (program: Program, workspace: string): Promise<number> => {
  const daemon = await program.up(workspace)
  await daemon.stop()
  return daemon.readyMs
}

/** The least that Node does. */
export const timedNode = (): number => timed(process.execPath, ["-e", "0"], { PATH: process.env["PATH"] })

/** A workspace of the workload's contracts, or of none. */
export const makeWorkspace = (
  folder: string,
  contracts: number,
  more: Readonly<Record<string, string>> = {},
): string => {
  const workspace = mkdtempSync(join(folder, "workspace-"))
  for (const part of ["contracts", "organizations"]) mkdirSync(join(workspace, part))
  const files = contracts === 0 ? more : { ...ruleFiles(contracts, "effects"), ...more }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true })
    writeFileSync(join(workspace, file), text)
  }
  return workspace
}

const timed = (program: string, words: ReadonlyArray<string>, env: NodeJS.ProcessEnv): number => {
  const start = performance.now()
  const { status, stderr } = spawnSync(program, words, { env, stdio: ["ignore", "ignore", "pipe"] })
  const ms = performance.now() - start
  if (status !== 0) throw new Error(`${program} ${words.join(" ")} ended with ${status}: ${stderr.toString()}`)
  return ms
}

const start = async (child: ChildProcess): Promise<Daemon> => {
  const begun = performance.now()
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  let output = ""
  const ready = new Promise<number>((resolve, reject) => {
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      if (output.includes(READY)) return
      output += text
      if (output.includes(READY)) resolve(performance.now() - begun)
    })
    void ended.then(() => reject(new Error(`the daemon ended before it was ready: ${output}`)))
  })
  const stop = async (): Promise<void> => {
    const overdue = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
    child.kill("SIGTERM")
    await ended
    clearTimeout(overdue)
  }
  const overdue = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
  const readyMs = await ready
  clearTimeout(overdue)
  return { readyMs, residentMB: () => residentMB(child.pid!), stop }
}

const residentMB = (pid: number): number =>
  (Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1_024) / 1e6

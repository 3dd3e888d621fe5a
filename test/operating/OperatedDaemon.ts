/** The daemon as an operator starts it: the real command in a process of its own, with an environment that the test says. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { call, type Reply, type Request } from "../http/client.ts"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/charter-tests", import.meta.url))
const LOOK_MS = 15
const PATIENCE_MS = 30_000

export class OperatedDaemon {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  #child!: ChildProcess
  #ended!: Promise<unknown>
  #url = ""
  token = ""
  stdout = ""
  stderr = ""

  private constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.folder = folder
    this.environment = environment
  }

  static async start(
    files: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<OperatedDaemon> {
    const made = new OperatedDaemon(mkdtempSync(join(tmpdir(), "charter-operated-")), environment)
    for (const name of ["contracts", "organizations"]) mkdirSync(join(made.workspace, name), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeFileSync(join(made.workspace, file), text)
    await made.run()
    return made
  }

  get workspace(): string {
    return join(this.folder, "workspace")
  }

  get data(): string {
    return join(this.folder, "data")
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Starts it, again, on the same folders. */
  async run(): Promise<void> {
    const child = spawn(
      process.execPath,
      [ENTRY, "up", "--foreground", "--port=0", `--workspace=${this.workspace}`, `--data=${this.data}`],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { PATH: process.env["PATH"], HOME: this.folder, NODE_COMPILE_CACHE: COMPILED, ...this.environment },
      },
    )
    this.#child = child
    this.#ended = once(child, "exit")
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text))
    const file = join(this.data, "daemon.json")
    await this.until(() => child.exitCode !== null || (existsSync(file) && pidIn(file) === child.pid))
    if (child.exitCode !== null) return
    const { port, token } = JSON.parse(readFileSync(file, "utf8")) as { readonly port: number; readonly token: string }
    this.#url = `http://127.0.0.1:${port}`
    this.token = token
    await this.until(async () => (await call(this.#url, "GET", "/ready")).status === 200)
  }

  /** From now on nobody takes what it prints. */
  deafen(): void {
    this.#child.stdout!.destroy()
    this.#child.stderr!.destroy()
  }

  /** As the operator, where the request names no other token. */
  call(method: string, path: string, request: Request = {}): Promise<Reply> {
    return call(this.#url, method, path, { token: this.token, ...request })
  }

  get url(): string {
    return this.#url
  }

  get exitCode(): number | null {
    return this.#child.exitCode
  }

  async publish(event: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) {
    const { json } = await this.call("POST", "/v1/events", { json: { org: "@team", ...event }, headers })
    return json as { readonly id: string; readonly verdict: string; readonly tasks?: ReadonlyArray<string> }
  }

  /** The task when it has ended. */
  async task(id: string): Promise<{ readonly state: string; readonly result?: unknown }> {
    let found = { state: "" }
    await this.until(async () => {
      found = (await this.call("GET", `/v1/tasks/${id}`)).json as typeof found
      return ["completed", "dead", "cancelled"].includes(found.state)
    })
    return found
  }

  /** `SIGTERM`, as systemd stops it. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM")
    await this.#ended
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL")
      await this.#ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }

  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`what was waited for does not come:\n${this.stderr}`)
      await setTimeout(LOOK_MS)
    }
  }
}

const pidIn = (file: string): number | undefined => {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number }).pid
  } catch {
    return undefined
  }
}

/** An organization whose agent tells, as its result, the environment that it has got. */
export const TEAM = `organization: "@team"
owner: dana
channels: [lobby]
members:
  - { human: dana }
  - { human: erin }
  - agent: worker
    prompt: PLANTED_PROMPT is what the worker is told.
    executor: { kind: command, run: [sh, -c, "printenv; cat > /dev/null"], env: { API_KEY: "\${{ env.PLANTED_API_KEY }}" } }
webhooks:
  - { source: github, secret: "\${{ env.PLANTED_WEBHOOK }}" }
`

export const RULES = `contract: work-follows
scope: "@team"
on: [work.requested, github.push]
then: { route: { to: worker, goal: "do it" } }
---
contract: said-on
scope: "@team"
on: relay.requested
then: { emit: { type: work.requested, data: { from: relay } } }
---
contract: two-eyes
scope: "@team"
on: deploy.requested
then: { require_approval: { from: org.humans, within: 1h } }
---
contract: never
scope: "@team"
on: forbidden.requested
then: { deny: "no \${{ data.secret }}" }
`

/** A person's shell: a workspace, a home and a state directory of its own, and the program as it is started by hand. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as JSON. */
  readonly json: () => never
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  readonly node?: ReadonlyArray<string>
}

export class Shell {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "charter-cli-")))
  readonly workspace = join(this.root, "work space")
  readonly state = join(this.root, "state")

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.workspace)
    for (const [file, content] of Object.entries(files)) this.write(file, content)
  }

  write(file: string, content: string): string {
    const path = join(this.workspace, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  /** Runs to its end. */
  async run(args: ReadonlyArray<string>, options: RunOptions = {}): Promise<Ran> {
    const child = this.start(args, options)
    child.stdin.end(options.input ?? "")
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")])
    return { code: code as number, stdout, stderr, json: () => JSON.parse(stdout) as never }
  }

  /** With these options {@link run} acts as the person; asked of a daemon that runs. */
  async as(name: string): Promise<{ readonly env: { readonly CHARTER_TOKEN: string } }> {
    return { env: { CHARTER_TOKEN: (await this.run(["token", "create", name])).stdout.trim() } }
  }

  /** Asks in the team for a deploy to production, which its contract holds. */
  async heldDeploy(): Promise<{ readonly id: string; readonly proposals: ReadonlyArray<string> }> {
    const data = ["--data", '{"environment":"production"}']
    return (await this.run(["publish", "deploy.requested", "--org", "team", ...data, "--json"])).json()
  }

  start(args: ReadonlyArray<string>, { env = {}, cwd = this.workspace, node = [] }: RunOptions = {}) {
    return spawn(process.execPath, [...node, ENTRY, ...args], {
      cwd,
      env: {
        PATH: process.env["PATH"],
        HOME: this.root,
        XDG_STATE_HOME: this.state,
        TZ: "UTC",
        ...env,
      },
      stdio: ["pipe", "pipe", "pipe"],
    })
  }

  /** The data folders that daemons have made. */
  dataFolders(): ReadonlyArray<string> {
    const parent = join(this.state, "charter")
    try {
      return readdirSync(parent).map((name) => join(parent, name))
    } catch {
      return []
    }
  }

  /** Ends every daemon that was started here, by its own word, and takes the folders away. */
  async close(): Promise<void> {
    for (const data of this.dataFolders()) {
      const pid = pidIn(join(data, "lock.json"))
      if (pid !== undefined && isOurs(pid, data)) process.kill(pid, "SIGKILL")
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
  }
}

const pidIn = (file: string): number | undefined => {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number }).pid
  } catch {
    return undefined
  }
}

/** The id may belong to another process by now. */
const isOurs = (pid: number, data: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(data)
  } catch {
    return false
  }
}

export const TEAM = {
  "organizations/team.yaml": `organization: "@team"
owner: "@dana"
members:
  - { human: dana, roles: [lead] }
  - { human: erin }
  - agent: coder
    executor: { kind: command, run: [cat] }
`,
  "contracts/deploys.yaml": `contract: production-needs-two
name: Production needs two
scope: "@team"
on: deploy.requested
when: { data.environment: production }
then:
  - require_votes: { approvals: 2, from: org.humans, within: 24h }
---
contract: no-deploys-to-mars
scope: "@team"
on: deploy.requested
when: { data.environment: mars }
then:
  - deny("Mars is too far")
---
contract: reviews
scope: "@team"
on: review.requested
then:
  - route: { to: ["@coder"] }
`,
} as const

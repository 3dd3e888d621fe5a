/** A daemon over a workspace whose files the test edits, and its people. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Decision, Verdict } from "../../src/domain/decision.ts"
import type { Listed, ProposalView } from "../../src/log/Projections.ts"
import { DaemonProcess, type StartOptions } from "./DaemonProcess.ts"
import type { EntryOptions } from "./daemonWithClock.ts"
import { inspect, type Inspected } from "../../src/testing/inspect.ts"
import type { Evidence } from "../../src/testing/invariants/evidence.ts"

const LOOK_MS = 15
const PATIENCE_MS = 20_000

export interface HouseholdOptions extends Pick<EntryOptions, "now" | "maxRuns" | "graceMs"> {
  /** The data folder, where it is not to be beside the workspace. */
  readonly data?: string
}

/** Of one start alone. */
export type StartOnce = Pick<StartOptions, "fault" | "diskEdits" | "crowd">

export interface Answer {
  readonly status: number
  readonly id: string
  readonly seq: number
  readonly verdict: Verdict
  readonly contracts: ReadonlyArray<string>
  readonly revision: string
  readonly reason?: string
  readonly hold?: string
  readonly proposals?: ReadonlyArray<string>
  readonly tasks?: ReadonlyArray<string>
  readonly duplicate?: true
  /** Of a problem. */
  readonly type?: string
  readonly detail?: string
}

export interface Shown {
  readonly id: string
  readonly type: string
  readonly org: string
  readonly seq: number
  readonly data: Readonly<Record<string, unknown>>
  readonly decision?: Decision
}

export class Household {
  readonly #folder = mkdtempSync(join(tmpdir(), "charter-household-"))
  readonly #tokens = new Map<string, string>()
  /** What publishers were told, by organization and number. */
  readonly #acknowledged = new Map<string, NonNullable<Evidence["acknowledged"]>[number]>()
  #options: HouseholdOptions = {}
  #daemon!: DaemonProcess

  static async open(
    files: Readonly<Record<string, string>>,
    { diskEdits, ...options }: HouseholdOptions & Pick<StartOnce, "diskEdits"> = {},
  ): Promise<Household> {
    const made = new Household()
    made.#options = options
    for (const name of ["contracts", "organizations"])
      mkdirSync(join(made.#folder, "workspace", name), { recursive: true })
    for (const [file, text] of Object.entries(files)) made.write(file, text)
    await made.start(diskEdits === undefined ? {} : { diskEdits })
    return made
  }

  get folder(): string {
    return this.#folder
  }

  get data(): string {
    return this.#options.data ?? join(this.#folder, "data")
  }

  get daemon(): DaemonProcess {
    return this.#daemon
  }

  async start(once: StartOnce = {}): Promise<void> {
    this.#daemon = await DaemonProcess.start({
      workspace: join(this.#folder, "workspace"),
      ...this.#options,
      data: this.data,
      ...once,
    })
  }

  /** `kill -9`, and another daemon on the same data; at a later time where its clock stands still. */
  async restart({ fault, diskEdits, crowd, ...options }: HouseholdOptions & StartOnce = {}): Promise<void> {
    await this.#daemon.kill()
    this.#options = { ...this.#options, ...options }
    await this.start({
      ...(fault === undefined ? undefined : { fault }),
      ...(diskEdits === undefined ? undefined : { diskEdits }),
      ...(crowd === undefined ? undefined : { crowd }),
    })
  }

  /** In the workspace. */
  path(file: string): string {
    return join(this.#folder, "workspace", file)
  }

  /** All invariants, after the daemon's end. `settled`: where everything has come to its end. */
  async inspect(evidence: Pick<Evidence, "settled" | "processes" | "tokens" | "looked"> = {}): Promise<Inspected> {
    const states = await this.#daemon.ask("states", {})
    await this.#daemon.kill()
    return inspect(this.data, states, { acknowledged: [...this.#acknowledged.values()], ...evidence })
  }

  async close(): Promise<void> {
    await this.#daemon.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  write(file: string, text: string): void {
    writeFileSync(this.path(file), text)
  }

  /** Saves a file, and waits until the organization has adopted what it says. */
  async save(file: string, text: string, org = "@team"): Promise<void> {
    const before = (await this.events("contracts.revised", org)).length
    this.write(file, text)
    await this.until(async () => (await this.events("contracts.revised", org)).length > before)
  }

  read(file: string): string | undefined {
    const path = join(this.#folder, "workspace", file)
    return existsSync(path) ? readFileSync(path, "utf8") : undefined
  }

  async publish(
    type: string,
    data: unknown = {},
    more: { readonly as?: string; readonly id?: string; readonly org?: string } = {},
  ): Promise<Answer> {
    const { as = "@dana", id, org = "@team" } = more
    const token = await this.token(as)
    const { status, json } = await this.#daemon.call("POST", "/v1/events", {
      token,
      json: { type, org, data, ...(id === undefined ? undefined : { id }) },
    })
    const answer = { ...(json as Answer), status }
    if (status === 200 || status === 202) this.#acknowledge(org, answer)
    return answer
  }

  /** The first answer about an event is what must be true for ever. */
  #acknowledge(org: string, { id, seq, verdict, hold }: Answer): void {
    const place = `${org} ${seq}`
    if (!this.#acknowledged.has(place))
      this.#acknowledged.set(place, { org, id, seq, verdict: hold === undefined ? verdict : "hold" })
  }

  async vote(
    proposal: string,
    as: string,
    choice: string,
    digest?: string,
  ): Promise<{ readonly status: number; readonly type?: string; readonly state?: string }> {
    const token = await this.token(as)
    const { status, json } = await this.#daemon.call("POST", `/v1/proposals/${proposal}/votes`, {
      token,
      json: { choice, ...(digest === undefined ? undefined : { digest }) },
    })
    return { ...(json as object), status }
  }

  async get<A>(path: string): Promise<A> {
    const { status, json, text } = await this.#daemon.call("GET", path)
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${text}`)
    return json as A
  }

  proposal(id: string): Promise<ProposalView> {
    return this.get<ProposalView>(`/v1/proposals/${id}`)
  }

  /** In the order of the log. */
  async events(type: string, org = "@team"): Promise<ReadonlyArray<Shown>> {
    return (await this.get<Listed<Shown>>(`/v1/events?org=${org}&type=${type}&order=asc&limit=1000`)).items
  }

  async token(identity: string): Promise<string> {
    const known = this.#tokens.get(identity)
    if (known !== undefined) return known
    const kind = identity.startsWith("@") ? "human" : "agent"
    const { json } = await this.#daemon.call("POST", "/v1/tokens", { json: { identity, kind } })
    const { token } = json as { readonly token: string }
    this.#tokens.set(identity, token)
    return token
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error("what was waited for does not come")
      await setTimeout(LOOK_MS)
    }
  }
}

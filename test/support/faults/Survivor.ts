/**
 * A publisher and two voters that do not give up: whatever they have not been answered they ask again, of the next
 * daemon on the same data, until all that they wanted has come to its end. What they were answered is kept, and must
 * be true for ever.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Verdict } from "../../../src/domain/decision.ts"
import { databaseFile } from "../../../src/discovery/folders.ts"
import type { HoldView, Listed, ProposalView, TaskView } from "../../../src/log/Projections.ts"
import type { Reply, Request } from "../../http/client.ts"
import { DaemonGone, DaemonProcess } from "../DaemonProcess.ts"
import { inspect, type Inspected } from "../../../src/testing/inspect.ts"
import type { Evidence } from "../../../src/testing/invariants/evidence.ts"
import { remainsOf } from "./remains.ts"
import { writeFaultsWorkspace } from "./workspace.ts"

/** Pause between two looks at what goes on by itself. */
const LOOK_MS = 15
/** Longest time in which nothing more of what was begun may end: after hundreds of lives much of it waits its turn. */
const PATIENCE_MS = 60_000

interface PublishAnswer {
  readonly id: string
  readonly org: string
  readonly seq: number
  readonly verdict: Verdict
  readonly hold?: string
  readonly duplicate?: true
}

const ENDED: ReadonlySet<string> = new Set(["completed", "dead", "cancelled"])

export class Survivor {
  readonly folder = mkdtempSync(join(tmpdir(), "charter-faults-"))
  readonly data = join(this.folder, "data")
  readonly #workspace = join(this.folder, "workspace")
  readonly #acknowledged = new Map<string, NonNullable<Evidence["acknowledged"]>[number]>()
  readonly #tokens = new Map<string, Promise<string>>()
  #daemon: DaemonProcess | undefined
  kills = 0

  constructor() {
    writeFaultsWorkspace(this.#workspace)
  }

  /** Publishes that were answered. */
  get acknowledged(): number {
    return this.#acknowledged.size
  }

  /** Until so many more are. */
  async acknowledges(more: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    for (const until = this.acknowledged + more; this.acknowledged < until; await setTimeout(LOOK_MS))
      if (performance.now() > deadline) throw new Error("publishes are not answered")
  }

  get daemon(): DaemonProcess {
    return this.#daemon!
  }

  /** False where it has ended, at its fault point, before it was ready. */
  async start(fault?: string): Promise<boolean> {
    try {
      this.#daemon = await DaemonProcess.start({
        workspace: this.#workspace,
        data: this.data,
        ...(fault === undefined ? undefined : { fault }),
      })
      return true
    } catch (error) {
      if (fault === undefined || !(error instanceof DaemonGone)) throw error
      return false
    }
  }

  async kill(): Promise<void> {
    this.kills++
    await this.#daemon?.kill()
  }

  /**
   * One request for each way that an event can go, brought to its end. True where it was reached; false where the
   * daemon has ended meanwhile.
   */
  async work(name: string): Promise<boolean> {
    try {
      await Promise.all([this.#deploy(`${name}-deploy`), this.#look(`${name}-look`), this.#small(name)])
      return true
    } catch (error) {
      if (!(await this.#hasEnded(error))) throw error
      return false
    }
  }

  /** Publishes as fast as it is answered, until the daemon ends. */
  async load(name: string): Promise<void> {
    const stream = async (type: string): Promise<void> => {
      for (let number = 0; ; number++) await this.publish(`${name}-${type}-${number}`, type)
    }
    const deploys = async (): Promise<void> => {
      for (let number = 0; ; number++) {
        const { id, verdict } = await this.publish(`${name}-d-${number}`, "deploy.requested")
        if (verdict === "hold" && number % 2 === 0) await this.#approve(id)
      }
    }
    try {
      await Promise.all([stream("note.requested"), stream("drop.requested"), stream("plain.requested"), deploys()])
    } catch (error) {
      if (!(await this.#hasEnded(error))) throw error
    }
  }

  /** Waits until no task is open that nobody has to approve. */
  async settle(): Promise<void> {
    const isStuck = this.#patience()
    for (;;) {
      const held = await this.#get<Listed<HoldView>>("/v1/holds?state=held&limit=1000")
      for (const hold of held.items.filter(({ type }) => type === "run.requested")) await this.#approve(hold.event)
      const open = await this.#openTasks()
      if (open.length === 0) return
      if (await isStuck()) throw new Error(`tasks do not end: ${JSON.stringify(open, undefined, 1)}`)
      await setTimeout(LOOK_MS)
    }
  }

  /** All invariants, on the data of the daemon after its end. `settled`: where everything has come to its end. */
  async inspect(settled: boolean): Promise<Inspected> {
    const acknowledged = [...this.#acknowledged.values()]
    if (!settled) return this.#inspectCopy({ acknowledged })
    const states = await this.daemon.ask("states", {})
    const { tried, ...remains } = await remainsOf(this.daemon, this.#workspace, this.data)
    if (tried === 0) throw new Error("no run has put its token down")
    await this.daemon.kill()
    return inspect(this.data, states, { acknowledged, settled, ...remains })
  }

  /** A connection of this process that is closed late would take the next daemon's write-ahead log away, by its name. */
  async #inspectCopy(evidence: Parameters<typeof inspect>[2]): Promise<Inspected> {
    const copy = mkdtempSync(join(tmpdir(), "charter-copy-"))
    try {
      const database = databaseFile(this.data)
      for (const file of [database, `${database}-wal`])
        if (existsSync(file)) copyFileSync(file, join(copy, basename(file)))
      return await inspect(copy, {}, evidence)
    } finally {
      rmSync(copy, { recursive: true })
    }
  }

  /**
   * After a kill: of the database's write-ahead log only so much has reached the disk. What was answered about anything
   * that came later counts no more, and tokens may be among it. Answers with what is wrong with what is left.
   */
  async cutPower(share: number): Promise<Inspected["violations"]> {
    const database = databaseFile(this.data)
    rmSync(`${database}-shm`)
    truncateSync(`${database}-wal`, Math.floor(statSync(`${database}-wal`).size * share))
    const { records, violations } = await this.#inspectCopy({})
    const left = records.filter(({ event }) => event.org === "@team").length
    for (const [id, { seq }] of this.#acknowledged) if (seq > left) this.#acknowledged.delete(id)
    this.#tokens.clear()
    return violations
  }

  /** Folders that runs have left behind. */
  get scratch(): ReadonlyArray<string> {
    return existsSync(join(this.data, "runs")) ? readdirSync(join(this.data, "runs")) : []
  }

  async close(): Promise<void> {
    await this.#daemon?.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** With an id of its own, so that asking again is the same event. */
  async publish(id: string, type: string): Promise<PublishAnswer> {
    const { json } = await this.#call("POST", "/v1/events", {
      token: await this.#token("@fred"),
      json: { id, type, org: "@team", subject: id, data: { id } },
    })
    const answer = json as PublishAnswer
    const first = this.#acknowledged.get(id)
    if (first === undefined) {
      const verdict = answer.hold === undefined ? answer.verdict : "hold"
      this.#acknowledged.set(id, { org: answer.org, id: answer.id, seq: answer.seq, verdict })
    } else if (first.seq !== answer.seq || answer.duplicate !== true)
      throw new Error(`${id} was number ${first.seq}, and is now ${JSON.stringify(answer)}`)
    return answer
  }

  async #deploy(id: string): Promise<void> {
    const { verdict } = await this.publish(id, "deploy.requested")
    if (verdict === "hold") await this.#approve(id)
    await this.#tasksEnd(id, 2)
  }

  async #look(id: string): Promise<void> {
    await this.publish(id, "look.requested")
    await this.#tasksEnd(id, 1)
  }

  async #small(name: string): Promise<void> {
    await this.publish(`${name}-drop`, "drop.requested")
    const { verdict } = await this.publish(`${name}-note`, "note.requested")
    // After much load the limit may be used up.
    await this.#tasksEnd(`${name}-note`, verdict === "allow" ? 1 : 0)
  }

  /** Both vote, as often as it takes; a vote that is there already is no failure. */
  async #approve(event: string): Promise<void> {
    const { items } = await this.#get<Listed<HoldView>>(`/v1/holds?event=${event}`)
    for (const { proposals } of items)
      for (const proposal of proposals)
        for (const name of ["@dana", "@erin"]) {
          const { state, votes } = await this.#get<ProposalView>(`/v1/proposals/${proposal}`)
          if (state !== "active" || votes.some(({ by }) => `@${by}` === name)) continue
          const token = await this.#token(name)
          const { status, text } = await this.#call("POST", `/v1/proposals/${proposal}/votes`, {
            token,
            json: { choice: "approve" },
          })
          if (status !== 200 && status !== 409) throw new Error(`a vote of ${name} was answered ${status}: ${text}`)
        }
  }

  /** Until so many tasks of the event have ended; runs that wait for a human are approved. */
  async #tasksEnd(event: string, count: number): Promise<void> {
    const isStuck = this.#patience()
    for (;;) {
      const { items } = await this.#get<Listed<TaskView>>(`/v1/tasks?event=${event}`)
      if (items.filter(({ state }) => ENDED.has(state)).length === count) return
      if (await isStuck()) throw new Error(`tasks of ${event} do not end: ${JSON.stringify(items, undefined, 1)}`)
      const held = await this.#get<Listed<HoldView>>("/v1/holds?state=held&limit=1000")
      for (const hold of held.items.filter(({ type }) => type === "run.requested")) await this.#approve(hold.event)
      await setTimeout(LOOK_MS)
    }
  }

  /** True once no run has ended for too long. */
  #patience(): () => Promise<boolean> {
    let last = ""
    let since = performance.now()
    return async () => {
      const { items } = await this.#get<Listed<{ readonly id: string }>>(
        "/v1/events?org=@team&type=run.ended&order=desc&limit=1",
      )
      const newest = items[0]?.id ?? ""
      if (newest !== last) since = performance.now()
      last = newest
      return performance.now() - since > PATIENCE_MS
    }
  }

  async #openTasks(): Promise<ReadonlyArray<TaskView>> {
    const states = ["queued", "running", "waiting", "failed"]
    const lists = await Promise.all(
      states.map((state) => this.#get<Listed<TaskView>>(`/v1/tasks?state=${state}&limit=1000`)),
    )
    return lists.flatMap(({ items }) => items)
  }

  /** One for each: the source of what it publishes. */
  #token(identity: string): Promise<string> {
    const known = this.#tokens.get(identity)
    if (known !== undefined) return known
    const made = this.#call("POST", "/v1/tokens", { json: { identity, kind: "human" } }).then(
      ({ json }) => (json as { readonly token: string }).token,
    )
    this.#tokens.set(identity, made)
    made.catch(() => this.#tokens.delete(identity))
    return made
  }

  async #get<A>(path: string): Promise<A> {
    const { status, json, text } = await this.#call("GET", path)
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${text}`)
    return json as A
  }

  async #call(method: string, path: string, request: Request = {}): Promise<Reply> {
    const reply = await this.daemon.call(method, path, request)
    if (reply.status >= 500) throw new Error(`${method} ${path} was answered ${reply.status}: ${reply.text}`)
    return reply
  }

  /** A connection that was cut is the daemon's end, and nothing else. */
  async #hasEnded(error: unknown): Promise<boolean> {
    if (!(error instanceof TypeError) && !(error instanceof DaemonGone)) return false
    await this.daemon.ended
    this.kills++
    return true
  }
}

/** The daemon that the cases are played on: its life, its time, and the tokens of everybody in it. */
import type { Request } from "../../http/client.ts"
import { DaemonProcess } from "../DaemonProcess.ts"

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

export interface StageOptions {
  readonly workspace: string
  readonly data: string
  /** What is started; see `bundledDaemon.ts`. */
  readonly entry: string
}

export class Stage {
  readonly #options: StageOptions
  readonly #tokens = new Map<string, string>()
  #daemon: DaemonProcess
  #now: number
  starts = 1

  private constructor(options: StageOptions, now: number, daemon: DaemonProcess) {
    this.#options = options
    this.#now = now
    this.#daemon = daemon
  }

  static async open(options: StageOptions, now: number): Promise<Stage> {
    return new Stage(options, now, await DaemonProcess.start({ ...options, now }))
  }

  get daemon(): DaemonProcess {
    return this.#daemon
  }

  get now(): number {
    return this.#now
  }

  async advance(to: number): Promise<void> {
    if (to <= this.#now) return
    await this.#daemon.ask("advance", { to })
    this.#now = to
  }

  /** `kill -9`, and another daemon on the same data. */
  async restart(): Promise<void> {
    await this.#daemon.kill()
    this.#daemon = await DaemonProcess.start({ ...this.#options, now: this.#now })
    this.starts++
  }

  async close(): Promise<void> {
    await this.#daemon.kill()
  }

  /** @throws where the daemon has failed, as opposed to refused */
  async request(method: string, path: string, request: Request = {}): Promise<Answer> {
    const { status, json, text } = await this.#daemon.call(method, path, request)
    if (status >= 500 || typeof json !== "object" || json === null)
      throw new Error(`${method} ${path} answered ${status}: ${text}`)
    return { status, json: json as Answer["json"] }
  }

  /** What a read answers. */
  async get<A>(path: string): Promise<A> {
    const { status, json } = await this.request("GET", path)
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(json)}`)
    return json as A
  }

  /** A token is made once and survives every restart: it is in the log. */
  async token(identity: string, kind: "human" | "agent" | "bridge"): Promise<string> {
    const known = this.#tokens.get(identity)
    if (known !== undefined) return known
    const { status, json } = await this.request("POST", "/v1/tokens", { json: { identity, kind } })
    if (status !== 201) throw new Error(`no token for ${identity}: ${JSON.stringify(json)}`)
    const made = json["token"] as string
    this.#tokens.set(identity, made)
    return made
  }
}

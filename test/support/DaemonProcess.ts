/** A daemon in a process of its own, reached through its doors; it can be killed and started again on the same data. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { call, type Reply, type Request } from "../http/client.ts"
import type { EntryOptions, SideChannel, Told } from "./daemonWithClock.ts"

/** What the sources compile to: each test starts many daemons, and none of them lives to its own end. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/charter-tests", import.meta.url))

const ENTRY = fileURLToPath(new URL("daemonWithClock.ts", import.meta.url))

export interface StartOptions extends EntryOptions {
  /** What is started: the sources where it is not said, or a bundle of them. */
  readonly entry?: string
  /** `point:n`; the process ends itself there. */
  readonly fault?: string
  readonly environment?: Readonly<Record<string, string>>
}

export class DaemonProcess {
  readonly url: string
  readonly operatorToken: string
  readonly pid: number
  /** Resolves when the process has ended, by whatever. */
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #asked = 0

  private constructor(child: ChildProcess, url: string, token: string, ended: Promise<void>) {
    this.#child = child
    this.url = url
    this.operatorToken = token
    this.pid = child.pid!
    this.ended = ended
    child.on("message", (message: Told) => {
      if (message.kind !== "answer") return
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.error === undefined) waiting?.resolve(message.value)
      else waiting?.reject(new Error(message.error))
    })
    child.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new DaemonGone())
      this.#waiting.clear()
    })
  }

  /** @throws DaemonGone where it ends before it is ready */
  static async start({ entry = ENTRY, fault, environment, ...options }: StartOptions): Promise<DaemonProcess> {
    const output: Array<string> = []
    const child = fork(entry, [JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: COMPILED,
        ...environment,
        ...(fault === undefined ? {} : { CHARTER_FAULT: fault }),
      },
    })
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => output.push(text))
    const ended = once(child, "exit").then(() => undefined)
    const ready = new Promise<Told & { kind: "ready" }>((resolve) => {
      child.on("message", (message: Told) => {
        if (message.kind === "ready") resolve(message)
      })
    })
    const told = await Promise.race([ready, ended])
    if (told === undefined) throw new DaemonGone(output.join(""))
    return new DaemonProcess(child, told.url, told.token, ended)
  }

  /** As the operator, where the request names no other token. */
  call(method: string, path: string, request: Request = {}): Promise<Reply> {
    return call(this.url, method, path, { token: this.operatorToken, ...request })
  }

  ask<K extends keyof SideChannel>(kind: K, ask: SideChannel[K]["ask"]): Promise<SideChannel[K]["answer"]> {
    return new Promise((resolve, reject) => {
      const id = ++this.#asked
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ ...ask, id, kind }, (error) => {
        if (error !== null && this.#waiting.delete(id)) reject(new DaemonGone())
      })
    })
  }

  /** `kill -9`; returns when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.ended
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    await this.call("POST", "/v1/shutdown", { json: {} })
    await this.ended
  }
}

/** The daemon has ended. */
export class DaemonGone extends Error {
  constructor(output = "") {
    super(`the daemon has ended${output === "" ? "" : `:\n${output}`}`)
  }
}

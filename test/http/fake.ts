/** The door before a service that a test makes up: for what the real one does not do on demand. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { Server, type ServerOptions } from "../../src/http/Server.ts"
import type { Identity } from "../../src/service/identity.ts"
import { Service } from "../../src/service/Service.ts"
import type { PublishAnswer } from "../../src/service/views/events.ts"

export type Operations = Partial<Service["Service"]>

export interface Door {
  readonly url: string
  readonly port: number
  readonly socket: string
  /** Returns when the door is closed; a second call waits for the same. */
  readonly close: () => Promise<void>
}

export const identity: Identity = { kind: "human", name: "dana", source: "token/t", tokenId: "t" }

export const answer: PublishAnswer = { id: "e", seq: 1, org: "@global", verdict: "allow", contracts: [], revision: "r" }

/** `operations` may be a proxy: it is asked before anything else. */
export const openDoor = async (operations: Operations, options: Partial<ServerOptions> = {}): Promise<Door> => {
  const folder = mkdtempSync(join(tmpdir(), "charter-door-"))
  const service = Object.setPrototypeOf(
    "authenticate" in operations ? {} : { authenticate: () => Effect.succeed(identity) },
    operations,
  ) as Service["Service"]
  const layer = Server.layer({ host: "127.0.0.1", port: 0, socket: join(folder, "socket"), ...options })
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(
    Layer.build(Layer.provide(layer, Layer.succeed(Service, service))).pipe(Scope.provide(scope)),
  )
  const { url, port, socket } = Context.get(context, Server)
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, port, socket: socket!, close: () => (closing ??= close()) }
}

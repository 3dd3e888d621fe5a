/** A whole daemon with its door open, in a workspace of its own, and people and agents with tokens. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { startCore } from "../../src/daemon.ts"
import { Server, type ServerOptions } from "../../src/http/Server.ts"
import { call, type Reply, type Request } from "./client.ts"

export const WEBHOOK_SECRET = "it-is-a-secret-of-this-test"

const TEAM = `organization: "@team"
owner: "@dana"
documents: [{ name: standards.md, owner: "@erik" }]
members:
  - { human: dana, roles: [lead] }
  - { human: erik }
  - { human: yves }
  - agent: reviewer
  - agent: worker
    executor: { kind: command, run: ["./worker.sh"] }
webhooks:
  - { source: github, secret: "\${{ env.TEST_WEBHOOK_SECRET }}" }
`
const ELSEWHERE = `organization: "@elsewhere"
members:
  - { human: zoe }
  - { human: yves }
  - agent: stranger
  - agent: reviewer
  - agent: runner
    executor: { kind: command, run: ["./worker.sh", "elsewhere."] }
`
const CONTRACTS = `contract: deploys-need-two
scope: "@team"
on: deploy.requested
then:
  - require_votes: { approvals: 2, from: org.humans, within: 1h, self: true }
---
contract: nobody-drops
scope: "@team"
on: drop.requested
then:
  - deny: nothing is dropped here
---
contract: some-things-wait
scope: "@team"
on:
  - message.send.requested
  - document.write.requested
  - resource.store.requested
  - proposal.open.requested
  - github.issues.pinned
when:
  any:
    - { fact: data, path: $.text, operator: includes, value: PLEASE WAIT }
    - { fact: data, path: $.question, operator: includes, value: PLEASE WAIT }
    - { fact: data, path: $.action, operator: equal, value: pinned }
then:
  - require_approval: { from: org.humans, within: 1h }
---
contract: work-is-done
scope: "@team"
on: work.requested
then:
  - route: "@worker"
---
contract: errands-are-run
scope: "@team"
on: errand.requested
then:
  - route: { to: "@dana", goal: Run the errand }
`
const CONTRACTS_ELSEWHERE = `contract: work-is-done
scope: "@elsewhere"
on: work.requested
then:
  - route: "@runner"
`
/** Leaves its token where the test finds it, and works until it is told to end. */
const WORKER = `#!/bin/sh
printf %s "$CHARTER_TOKEN" > "$1run.token.part"
mv "$1run.token.part" "$1run.token"
while [ ! -e run.done ]; do sleep 0.05; done
`

export interface Daemon {
  readonly url: string
  readonly port: number
  readonly socket: string
  /** Tokens by name. */
  readonly tokens: Readonly<Record<"operator" | "dana" | "erik" | "zoe" | "reviewer" | "stranger" | "bridge", string>>
  /** As the operator, where the request names no other token. */
  readonly call: (method: string, path: string, request?: Request) => Promise<Reply>
  /** The token of a run that goes on until the daemon stops. */
  readonly runToken: (org?: "@team" | "@elsewhere") => Promise<string>
  readonly stop: () => Promise<void>
}

export const startDaemon = async (options: Partial<ServerOptions> = {}): Promise<Daemon> => {
  const folder = mkdtempSync(join(tmpdir(), "charter-http-"))
  const workspace = join(folder, "workspace")
  for (const name of ["contracts", "organizations"]) mkdirSync(join(workspace, name), { recursive: true })
  writeFileSync(join(workspace, "organizations", "team.yaml"), TEAM)
  writeFileSync(join(workspace, "organizations", "elsewhere.yaml"), ELSEWHERE)
  writeFileSync(join(workspace, "contracts", "team.yaml"), CONTRACTS)
  writeFileSync(join(workspace, "contracts", "elsewhere.yaml"), CONTRACTS_ELSEWHERE)
  writeFileSync(join(workspace, "worker.sh"), WORKER)
  chmodSync(join(workspace, "worker.sh"), 0o755)

  const scope = Scope.makeUnsafe()
  const { opened: server, operatorToken: operator } = await Effect.runPromise(
    startCore(
      {
        workspace,
        data: join(folder, "data"),
        environment: { TEST_WEBHOOK_SECRET: WEBHOOK_SECRET },
        url: () => "http://127.0.0.1",
      },
      ({ context }) => {
        const layer = Server.layer({ host: "127.0.0.1", port: 0, socket: join(folder, "socket"), ...options })
        return Effect.map(Effect.provide(Layer.build(layer), context), (built) => Context.get(built, Server))
      },
    ).pipe(Scope.provide(scope)),
  )
  const send: Daemon["call"] = (method, path, request) =>
    call(server.url, method, path, { token: operator, ...request })
  const tokenOf = async (identity: string, kind: string): Promise<string> => {
    const reply = await send("POST", "/v1/tokens", { json: { identity, kind } })
    return (reply.json as { readonly token: string }).token
  }
  return {
    url: server.url,
    port: server.port,
    socket: server.socket!,
    tokens: {
      operator,
      dana: await tokenOf("@dana", "human"),
      erik: await tokenOf("@erik", "human"),
      zoe: await tokenOf("@zoe", "human"),
      reviewer: await tokenOf("reviewer@team", "agent"),
      stranger: await tokenOf("stranger@elsewhere", "agent"),
      bridge: await tokenOf("chat", "bridge"),
    },
    call: send,
    runToken: async (org = "@team") => {
      const file = org === "@team" ? "run.token" : "elsewhere.run.token"
      const written = appears(workspace, file)
      await send("POST", "/v1/events", { json: { type: "work.requested", org } })
      await written
      return readFileSync(join(workspace, file), "utf8")
    },
    stop: async () => {
      writeFileSync(join(workspace, "run.done"), "")
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const appears = (folder: string, file: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!existsSync(join(folder, file))) return
      watcher.close()
      resolve()
    }
    const watcher = watch(folder, look)
    look()
  })

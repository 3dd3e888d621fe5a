/** The daemon, whole, on a TCP port: authenticated, decided under its contracts, answered after the commit. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Exit, Scope } from "effect"
import { startDaemon } from "../../src/daemon.ts"
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"
import { makeEvents } from "../workload/events.ts"
import { shapeFor } from "../workload/shape.ts"
import { loaded } from "./load.ts"
import { connectionsOf, type HttpInput } from "./requests.ts"

const prepare: Prepare<HttpInput> = async (input) => {
  const { folder, contracts } = input
  for (const [file, text] of Object.entries(ruleFiles(contracts, "effects"))) {
    const path = join(folder, "workspace", file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const scope = Scope.makeUnsafe()
  const daemon = await Effect.runPromise(
    startDaemon({
      workspace: join(folder, "workspace"),
      data: join(folder, "data"),
      host: "127.0.0.1",
      port: 0,
      environment: {},
    }).pipe(Scope.provide(scope)),
  )
  const tokens = new Map<string, string>()
  for (const org of shapeFor(contracts).organizations)
    tokens.set(org, await tokenFor(daemon.url, daemon.operatorToken, `worker${org}`))
  return loaded(daemon.port, connectionsOf(input, makeEvents(contracts), tokens), input.batch, () =>
    Effect.runPromise(Scope.close(scope, Exit.void)),
  )
}

export default prepare

const tokenFor = async (url: string, operatorToken: string, identity: string): Promise<string> => {
  const response = await fetch(`${url}/v1/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify({ identity, kind: "agent" }),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { readonly token: string }).token
}

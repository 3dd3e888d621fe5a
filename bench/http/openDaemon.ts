/** A whole daemon in this process, in a folder of its own. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Exit, Scope } from "effect"
import { startDaemon } from "../../src/daemon.ts"

export interface OpenDaemon {
  readonly url: string
  readonly port: number
  readonly operatorToken: string
  readonly tokenFor: (identity: string, kind: "agent" | "human") => Promise<string>
  readonly close: () => Promise<void>
}

/** `files` of the workspace, by name. */
export const openDaemon = async (folder: string, files: Readonly<Record<string, string>>): Promise<OpenDaemon> => {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, "workspace", file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const scope = Scope.makeUnsafe()
  const { url, port, operatorToken } = await Effect.runPromise(
    startDaemon({
      workspace: join(folder, "workspace"),
      data: join(folder, "data"),
      host: "127.0.0.1",
      port: 0,
      environment: { CHARTER_LOG_LEVEL: "warn" },
    }).pipe(Scope.provide(scope)),
  )
  const tokenFor: OpenDaemon["tokenFor"] = (identity, kind) => askToken(url, operatorToken, identity, kind)
  return { url, port, operatorToken, tokenFor, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

export const askToken = async (
  url: string,
  operatorToken: string,
  identity: string,
  kind: "agent" | "human",
): Promise<string> => {
  const response = await fetch(`${url}/v1/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify({ identity, kind }),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { readonly token: string }).token
}

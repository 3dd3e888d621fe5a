import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { writeDaemonFile } from "./daemonFile.ts"
import { findDaemon, isAlive } from "./findDaemon.ts"

const data = mkdtempSync(join(tmpdir(), "charter-find-"))
const servers: Array<Server> = []
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(data, { recursive: true })
})

const answering = async (body: unknown, on: { readonly path?: string } = {}): Promise<number> => {
  const server = createServer((_, response) => response.end(JSON.stringify(body)))
  servers.push(server)
  server.listen(on.path ?? 0)
  await once(server, "listening")
  return on.path === undefined ? (server.address() as AddressInfo).port : 1
}

const write = (pid: number, port: number, socket?: string) =>
  writeDaemonFile(data, {
    pid,
    host: "127.0.0.1",
    port,
    startedAt: "",
    token: "",
    ...(socket === undefined ? undefined : { socket }),
  })

describe("a daemon", () => {
  it("runs where its process lives and answers", async () => {
    write(process.pid, await answering({ pid: process.pid }))
    expect(await findDaemon(data)).toMatchObject({ state: "running", daemon: { pid: process.pid } })
  })

  it("is asked over its socket where it has one", async () => {
    const socket = join(data, "s")
    write(process.pid, await answering({ pid: process.pid }, { path: socket }), socket)
    expect(await findDaemon(data)).toMatchObject({ state: "running" })
  })

  it("is silent where another process answers, or none", async () => {
    write(process.pid, await answering({ pid: process.pid + 1 }))
    expect(await findDaemon(data)).toMatchObject({ state: "silent" })
    const port = await answering({})
    servers.at(-1)!.close()
    write(process.pid, port)
    expect(await findDaemon(data)).toMatchObject({ state: "silent" })
  })

  it("is none once its process has ended", async () => {
    const child = spawn(process.execPath, ["-e", "0"])
    await once(child, "exit")
    write(child.pid!, await answering({ pid: child.pid }))
    expect(await findDaemon(data)).toEqual({ state: "none" })
  })

  it.runIf(process.platform === "linux")(
    "is none once its process has ended, also where nobody has taken notice",
    async () => {
      // The shell becomes a program that never asks for its child, which ends only then.
      const child = "while grep -q sh /proc/$$/comm; do :; done"
      const parent = spawn("sh", ["-c", `${child} & echo $!; exec sleep 60`], { stdio: ["ignore", "pipe", "ignore"] })
      try {
        const [line] = (await once(parent.stdout, "data")) as [Buffer]
        const pid = Number(line.toString())
        await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "latin1")).toContain(") Z ")
        expect(process.kill(pid, 0)).toBe(true)
        expect(isAlive(pid)).toBe(false)
      } finally {
        parent.kill("SIGKILL")
      }
    },
  )
})

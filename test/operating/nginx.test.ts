/** The nginx configuration of `docs/operating.md`, run by a real nginx with TLS before a real daemon. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { IncomingMessage } from "node:http"
import { request } from "node:https"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { openSocket } from "../http/client.ts"
import { markedIn } from "../docs/examples.ts"
import { OperatedDaemon, TEAM } from "./OperatedDaemon.ts"

const NAME = "charter.example"
const isThere = (program: string, flag: string): boolean => spawnSync(program, [flag]).status === 0
const missing = [["nginx", "-v"] as const, ["openssl", "version"] as const].flatMap(([program, flag]) =>
  isThere(program, flag) ? [] : [program],
)

describe.skipIf(missing.length > 0)(
  `behind nginx${missing.length > 0 ? ` (needs: ${missing.join(", ")})` : ""}`,
  () => {
    let daemon: OperatedDaemon
    let folder: string
    let port: number
    let certificate: Buffer
    let nginx: ChildProcess
    let said = ""

    beforeAll(async () => {
      daemon = await OperatedDaemon.start({ "organizations/team.yaml": TEAM }, { CHARTER_HOSTS: NAME })
      folder = mkdtempSync(join(tmpdir(), "charter-nginx-"))
      // Its workers are another user, where it is started as root.
      chmodSync(folder, 0o755)
      const [key, crt] = [join(folder, "tls.key"), join(folder, "tls.crt")]
      const subject = ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`]
      const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
      execFileSync("openssl", [...made, ...subject, "-keyout", key, "-out", crt], { stdio: "pipe" })
      certificate = readFileSync(crt)
      port = await freePort()
      const changes = [
        ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
        ["/etc/charter/tls.crt", crt],
        ["/etc/charter/tls.key", key],
        ["http://127.0.0.1:5099", daemon.url],
      ] as const
      let block = markedIn("docs/operating.md").find(({ kind }) => kind === "nginx")!.text
      for (const [shown, here] of changes) {
        expect(block).toContain(shown)
        block = block.replace(shown, here)
      }
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (kind) => `${kind}_temp_path ${join(folder, kind)};`,
      )
      const configuration = join(folder, "nginx.conf")
      writeFileSync(
        configuration,
        `daemon off;\npid ${join(folder, "pid")};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join("\n")}\n${block}\n}\n`,
      )
      nginx = spawn("nginx", ["-p", folder, "-c", configuration, "-e", "stderr"], {
        stdio: ["ignore", "ignore", "pipe"],
      })
      nginx.stderr!.setEncoding("utf8").on("data", (text: string) => (said += text))
      await daemon.until(async () => {
        if (nginx.exitCode !== null) throw new Error(`nginx does not start:\n${said}`)
        return ask("GET", "/ready").then(
          ({ status }) => status === 200,
          () => false,
        )
      })
    })

    afterAll(async () => {
      if (nginx?.exitCode === null) {
        const ended = once(nginx, "exit")
        nginx.kill("SIGTERM")
        await ended
      }
      await daemon?.close()
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
    })

    const open = (
      method: string,
      path: string,
      headers: Readonly<Record<string, string>> = {},
      body?: string,
    ): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        request(
          {
            host: "127.0.0.1",
            port,
            servername: NAME,
            ca: certificate,
            agent: false,
            method,
            path,
            headers: { ...asOperator(), ...headers },
          },
          resolve,
        )
          .on("error", reject)
          .end(body)
      })

    const asOperator = () => ({
      host: NAME,
      authorization: `Bearer ${daemon.token}`,
      "content-type": "application/json",
    })

    const ask = async (...asked: Parameters<typeof open>) => {
      const answer = await open(...asked)
      const chunks = await answer.setEncoding("utf8").toArray()
      return { status: answer.statusCode, type: answer.headers["content-type"], text: chunks.join("") }
    }

    const publish = (type: string, headers: Readonly<Record<string, string>> = {}) =>
      ask("POST", "/v1/events", headers, JSON.stringify({ type, org: "@team" }))

    it("an event is published, by a page of the same name, too, and by no other", async () => {
      const published = await publish("deploy.requested", { origin: `https://${NAME}` })
      expect([published.status, JSON.parse(published.text)]).toMatchObject([200, { verdict: "allow", org: "@team" }])
      expect(await publish("deploy.requested", { origin: "https://evil.example" })).toMatchObject({ status: 403 })
    })

    it("the event stream is not held back", async () => {
      const stream = await open("GET", "/v1/events/stream?org=@team&type=seen.*")
      try {
        expect([stream.statusCode, stream.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"])
        await publish("seen.at-once")
        let text = ""
        for await (const chunk of stream.setEncoding("utf8")) if ((text += chunk).includes("seen.at-once")) break
        expect(text).toContain("seen.at-once")
      } finally {
        stream.destroy()
      }
    })

    it("a WebSocket is passed on: it publishes, and is told", async () => {
      const { host, authorization } = asOperator()
      const socket = await openSocket(
        `wss://127.0.0.1:${port}/v1/ws`,
        { host, authorization },
        { ca: certificate, servername: NAME },
      )
      try {
        await socket.ask({ op: "hello" })
        await socket.ask({ op: "subscribe", org: "@team", types: ["asked.*"] })
        expect(
          await socket.ask({ op: "publish", event: { type: "asked.over-websocket", org: "@team" } }),
        ).toMatchObject({
          op: "decision",
          decision: { verdict: "allow" },
        })
        expect(await socket.take(({ op }) => op === "event")).toMatchObject({ event: { type: "asked.over-websocket" } })
      } finally {
        await socket.close()
      }
    })

    it("what the daemon takes gets through, and what it does not is refused", async () => {
      const batch = (count: number) =>
        JSON.stringify(
          Array.from({ length: count }, () => ({ type: "noted", org: "@team", data: "x".repeat(100_000) })),
        )
      const largest = await ask(
        "POST",
        "/v1/events",
        { "content-type": "application/cloudevents-batch+json" },
        batch(10),
      )
      expect([largest.status, JSON.parse(largest.text)]).toMatchObject([200, { length: 10 }])
      expect(await ask("POST", "/v1/events", {}, batch(11))).toMatchObject({ status: 413 })
    })
  },
)

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, "close")
  return port
}

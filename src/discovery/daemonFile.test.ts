import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import {
  type DaemonFile,
  daemonFilePath,
  readDaemonFile,
  removeDaemonFile,
  urlOf,
  writeDaemonFile,
} from "./daemonFile.ts"

const root = mkdtempSync(join(tmpdir(), "charter-daemon-file-"))
afterAll(() => rmSync(root, { recursive: true }))

const DAEMON: DaemonFile = {
  pid: 12,
  host: "127.0.0.1",
  port: 5099,
  startedAt: "2026-11-02T09:00:00Z",
  token: "secret",
}

describe("daemon.json", () => {
  it("is read as it was written, by its owner alone", () => {
    const data = join(root, "new", "folder")
    writeDaemonFile(data, DAEMON)
    writeDaemonFile(data, { ...DAEMON, socket: "/data/daemon.sock" })
    expect(readDaemonFile(data)).toEqual({ ...DAEMON, data: realpathSync(data), socket: "/data/daemon.sock" })
    expect(statSync(daemonFilePath(data)).mode & 0o777).toBe(0o600)
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(readdirSync(data)).toEqual(["daemon.json"])
  })

  it("is taken away by the daemon that wrote it alone", () => {
    const data = join(root, "shared")
    writeDaemonFile(data, DAEMON)
    removeDaemonFile(data, 13)
    expect(readDaemonFile(data)).toMatchObject(DAEMON)
    removeDaemonFile(data, 12)
    removeDaemonFile(data, 12)
    expect(readDaemonFile(data)).toBeUndefined()
  })

  it("is none in a copy of the folder, and one by whatever link leads there", () => {
    const data = join(root, "original")
    writeDaemonFile(data, DAEMON)
    cpSync(data, join(root, "copied"), { recursive: true })
    expect(readDaemonFile(join(root, "copied"))).toBeUndefined()
    symlinkSync(data, join(root, "linked"))
    expect(readDaemonFile(join(root, "linked"))).toMatchObject(DAEMON)
  })

  it("of an earlier version names no folder", () => {
    const data = join(root, "earlier")
    writeDaemonFile(data, DAEMON)
    writeFileSync(daemonFilePath(data), JSON.stringify(DAEMON))
    expect(readDaemonFile(data)).toEqual(DAEMON)
  })

  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"pid":12}',
    JSON.stringify({ ...DAEMON, pid: 0 }),
    JSON.stringify({ ...DAEMON, pid: -1 }),
    JSON.stringify({ ...DAEMON, port: "5099" }),
  ])("is none where it holds %j", (text) => {
    writeFileSync(daemonFilePath(root), text)
    expect(readDaemonFile(root)).toBeUndefined()
  })

  it("says the address, of version 6, too", () => {
    expect(urlOf(DAEMON)).toBe("http://127.0.0.1:5099")
    expect(urlOf({ host: "::1", port: 1 })).toBe("http://[::1]:1")
  })
})

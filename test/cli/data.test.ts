/** What an operator does with the log: copies of it, its events, what the daemon has said. */
import { once } from "node:events"
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Database from "libsql"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Mounts } from "../support/faults/mounts.ts"
import { Shell, TEAM } from "./charter.ts"

const shell = new Shell(TEAM)
const backup = join(shell.root, "backup.db")
const drill = join(shell.root, "drill")
const mounts = new Mounts()
afterAll(async () => {
  mounts.close()
  await shell.run(["down", "--data", drill])
  await shell.close()
})
beforeAll(async () => expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 }))

const publish = (id: string) => shell.run(["publish", "note.made", "--org", "team", "--id", id])
const exported = async (...options: ReadonlyArray<string>) => {
  const { stdout, code } = await shell.run(["export", ...options])
  expect(code).toBe(0)
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; specversion: string; org: string; decision?: unknown })
}

describe("charter export", () => {
  it("writes every event once, in order, as CloudEvents on lines", async () => {
    for (const id of ["a", "b", "c"]) expect(await publish(id)).toMatchObject({ code: 0 })
    const events = await exported("--org", "team")
    expect(events.filter(({ decision }) => decision !== undefined).map(({ id }) => id)).toEqual(["a", "b", "c"])
    expect(events.every(({ specversion, org }) => specversion === "1.0" && org === "@team")).toBe(true)
    expect((await exported()).length).toBeGreaterThan(events.length)
    const none = await shell.run(["export", "--since", "2999-01-01"])
    expect(none).toMatchObject({ code: 0, stdout: "", stderr: "0 events.\n" })
  })
})

describe("a backup", () => {
  it("is made while the daemon writes, is whole, and only its owner can read it", async () => {
    const writing = publish("during")
    const made = await shell.run(["backup", backup, "--json"])
    expect(made, made.stderr).toMatchObject({ code: 0 })
    expect(await writing).toMatchObject({ code: 0 })
    expect(made.json()).toMatchObject({ file: backup, bytes: statSync(backup).size })
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    expect(readdirSync(shell.root).filter((name) => name.includes("unfinished"))).toEqual([])
  })

  it("replaces nothing", async () => {
    const before = readFileSync(backup)
    expect(await shell.run(["backup", backup])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("replaces nothing"),
    })
    expect(readFileSync(backup).equals(before)).toBe(true)
  })

  it("is not restored beside a daemon, nor over a log", async () => {
    const beside = await shell.run(["restore", backup])
    expect(beside).toMatchObject({ code: 1, stderr: expect.stringMatching(/a daemon holds [^]*charter down/) })
    mkdirSync(drill)
    writeFileSync(join(drill, "charter.db"), "")
    expect(await shell.run(["restore", backup, "--data", drill])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("charter.db is there already"),
    })
    expect(statSync(join(drill, "charter.db")).size).toBe(0)
  })

  it.each([
    [
      "with a changed record",
      (file: string) => {
        copyFileSync(backup, file)
        const database = new Database(file)
        database.exec("UPDATE records SET data = '{}' WHERE id = 'b'")
        database.close()
      },
      /changed +@team number \d+/,
    ],
    ["that is no database", (file: string) => writeFileSync(file, "x".repeat(8192)), /is no log of Charter/],
    [
      "that is a database in use",
      (file: string) => [file, `${file}-wal`].forEach((one) => writeFileSync(one, "")),
      /in use/,
    ],
    [
      "that is only the beginning of one",
      (file: string) => {
        copyFileSync(backup, file)
        truncateSync(file, Math.floor(statSync(file).size / 2))
      },
      /that-is-only-the-beginning-of-one\.db is no sound backup; [^]*the file is damaged[^]*Try an earlier backup/,
    ],
    ["that is not there", () => undefined, /There is no file/],
    ["that is a folder", (file: string) => mkdirSync(file), /that-is-a-folder\.db is no file/],
  ])("%s is refused, and nothing is left behind", async (name, spoil, said) => {
    const file = join(shell.root, `${name.replaceAll(" ", "-")}.db`)
    const data = `${file}.data`
    spoil(file)
    const { code, stderr } = await shell.run(["restore", file, "--data", data])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(said) })
    const { stdout } = await shell.run(["audit", "verify", "--data", data])
    expect(stdout).toBe("")
  })

  it("with a changed record is neither rebuilt from nor started on", async () => {
    const data = join(shell.root, "changed")
    mkdirSync(data)
    copyFileSync(backup, join(data, "charter.db"))
    const database = new Database(join(data, "charter.db"))
    database.exec("UPDATE records SET data = '{}' WHERE id = 'b'")
    database.exec("UPDATE snapshots SET body = '{}'")
    database.close()
    expect(await shell.run(["rebuild", "--data", data])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/has been changed[^]*@team number \d+[^]*charter restore/),
    })
    expect(await shell.run(["up", "--data", data])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/@team number \d+ is not as it was written[^]*charter audit verify/),
    })
  })

  it("that is damaged where the records are is neither rebuilt from nor started on, and both say so", async () => {
    const data = join(shell.root, "damaged")
    mkdirSync(data)
    const pages = readFileSync(backup)
    writeFileSync(join(data, "charter.db"), pages.fill("A", 4096, 8192))
    for (const [command, said] of [
      [["rebuild"], /has been changed/],
      [["up", "--port", "0"], /the log cannot [^]*the file is damaged [^]*`charter audit verify` says where/],
    ] as const) {
      const { code, stderr } = await shell.run([...command, "--data", data])
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(said) })
      expect(stderr).not.toContain("not expected")
    }
    const verified = await shell.run(["audit", "verify", "--data", data])
    expect(verified.stdout).not.toContain("audit verify")
  })

  it("gives a new machine the same log, on which a daemon goes on", async () => {
    const fresh = join(shell.root, "fresh")
    const restored = await shell.run(["restore", backup, "--data", fresh])
    expect(restored, restored.stderr).toMatchObject({ code: 0 })
    expect(restored.stdout).toMatch(new RegExp(`^Restored into ${fresh}: [^]*charter up --data ${fresh}\n$`))
    expect(await shell.run(["audit", "verify", "--data", fresh])).toMatchObject({ code: 0 })
    const original = (await exported("--org", "team")).map((event) => JSON.stringify(event))
    const up = await shell.run(["up", "--port", "0", "--data", fresh])
    expect(up, up.stderr).toMatchObject({ code: 0 })
    try {
      const copied = (await exported("--org", "team", "--data", fresh)).map((event) => JSON.stringify(event))
      expect(copied).toEqual(original.slice(0, copied.length))
      expect(copied.length).toBeGreaterThanOrEqual(3)
      expect(await shell.run(["--data", fresh, "publish", "note.made", "--id", "after"])).toMatchObject({ code: 0 })
    } finally {
      expect(await shell.run(["down", "--data", fresh])).toMatchObject({ code: 0 })
    }
  })
})

describe("a disk without room", () => {
  it("takes no backup, and keeps nothing of it; a daemon that cannot say why it does not start is no riddle", async (context) => {
    const full = join(shell.root, "full")
    if (!mounts.make(full, "size=40k")) context.skip("no file system can be mounted here")
    const copied = await shell.run(["backup", join(full, "backup.db")])
    expect(copied).toMatchObject({ code: 1, stderr: expect.stringContaining("the disk is full") })
    expect(readdirSync(full)).toEqual([])
    writeFileSync(join(full, "ballast"), Buffer.alloc(40 * 1024))
    const started = await shell.run(["up", "--port", "0", "--data", join(full, "data")])
    expect(started).toMatchObject({ code: 1, stderr: expect.stringContaining("the disk may be full") })
  })
})

describe("charter audit verify", () => {
  it("says what is wrong with a file that is no database", async () => {
    const data = join(shell.root, "spoilt")
    mkdirSync(data)
    writeFileSync(join(data, "charter.db"), "x".repeat(8192))
    const { code, stderr } = await shell.run(["audit", "verify", "--data", data])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("the file is no database") })
  })

  it("reads a log that was closed, and a backup copies it, where nothing can be written", async (context) => {
    const data = join(shell.root, "read-only #1")
    if (!mounts.make(data, "size=8m")) context.skip("no file system can be mounted here")
    expect(await shell.run(["restore", backup, "--data", data])).toMatchObject({ code: 0 })
    expect(await shell.run(["rebuild", "--data", data])).toMatchObject({ code: 0 })
    mounts.change(data, "ro")
    expect(await shell.run(["audit", "verify", "--data", data])).toMatchObject({ code: 0, stderr: "" })
    expect(await shell.run(["backup", `${backup}.again`, "--data", data])).toMatchObject({ code: 0 })
    for (const args of [["up"], ["up", "--foreground"], ["holds"]])
      expect(await shell.run([...args, "--data", data])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^error: The data folder cannot be written: EROFS[^]*→ Another one: --data FOLDER/,
        ),
      })
  })
})

describe("charter logs", () => {
  it("shows what the daemon has said, and goes on with what it says", async () => {
    const shown = await shell.run(["logs"])
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/listens on http/) })
    const last = await shell.run(["logs", "--lines", "1", "--json"])
    expect(last.json()).toEqual({ line: shown.stdout.trimEnd().split("\n").at(-1) })
    const following = shell.start(["logs", "--follow"])
    try {
      let said = ""
      const seen = (text: string) =>
        new Promise<void>((resolve) => {
          const look = () => said.includes(text) && resolve()
          following.stdout.on("data", look)
          look()
        })
      following.stdout.setEncoding("utf8").on("data", (chunk: string) => (said += chunk))
      await seen("listens on")
      expect(await shell.run(["down"])).toMatchObject({ code: 0 })
      await seen("the daemon has stopped")
    } finally {
      following.kill("SIGKILL")
      await once(following, "exit")
    }
    const elsewhere = await shell.run(["logs", "--data", join(shell.root, "nowhere")])
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/No daemon has run[^]*charter up/) })
  })
})

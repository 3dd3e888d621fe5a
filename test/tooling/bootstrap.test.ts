import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const WAIT_MILLIS = 60_000
const LOCK = { packages: { "": {}, "node_modules/a": { version: "1.0.0" }, "node_modules/b": { version: "2.0.0" } } }

/** Stands in for npm: notes that it was called, waits for the file `go` where there is a file `wait`, installs. */
const NPM = `#!/usr/bin/env node
const fs = require("node:fs")
fs.appendFileSync("calls", process.argv.slice(2).join(" ") + "\\n")
const install = () => {
  if (fs.existsSync("break")) process.exit(3)
  fs.mkdirSync("node_modules/.bin", { recursive: true })
  const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"))
  if (fs.existsSync("no-node")) delete lock.packages["node_modules/node"]
  else fs.mkdirSync("node_modules/node")
  if (!fs.existsSync("no-scripts") && !fs.existsSync("no-node")) fs.symlinkSync(process.execPath, "node_modules/.bin/node")
  fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify(lock))
}
fs.rmSync("node_modules", { recursive: true, force: true })
const look = () => {
  if (!fs.existsSync("wait")) process.exit(4)
  if (fs.existsSync("go")) install(), process.exit()
}
if (fs.existsSync("wait")) setInterval(look, 20)
else install()
`

let folder: string
let clone: string
const started: Array<ChildProcess> = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "charter bootstrap "))
  clone = join(folder, "a clone")
  mkdirSync(join(clone, "scripts"), { recursive: true })
  mkdirSync(join(folder, "bin"))
  for (const file of ["bootstrap.mjs", "run"]) cpSync(join(ROOT, "scripts", file), join(clone, "scripts", file))
  writeFileSync(join(clone, "package-lock.json"), JSON.stringify(LOCK))
  writeFileSync(join(folder, "bin", "npm"), NPM)
  chmodSync(join(folder, "bin", "npm"), 0o755)
  symlinkSync(process.execPath, join(folder, "bin", "node"))
  symlinkSync("/usr/bin/dirname", join(folder, "bin", "dirname"))
  writeFileSync(
    join(clone, "program.mjs"),
    `process.on("SIGTERM", () => { console.log("told to stop"); process.exit(9) })
     console.log(JSON.stringify({ arguments: process.argv.slice(2), path: process.env.PATH, pid: process.pid }))
     if (process.argv.includes("--stay")) setInterval(() => {}, 1000)
     else process.exitCode = 7`,
  )
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
})

describe("on first use", () => {
  it("installs, then becomes the program: arguments and exit code are the program's", async () => {
    const run = start("a b", "--json", "")
    expect(await run.end).toBe(7)
    expect(run.told().arguments).toEqual(["a b", "--json", ""])
    expect(run.told().pid).toBe(run.child.pid)
    expect(run.told().path.split(delimiter)[0]).toBe(join(clone, "node_modules", ".bin"))
    expect(run.errors()).toContain("installing 2 packages")
    expect(calls()).toEqual([expect.stringMatching(/^ci --include=dev /)])
  })

  it("runs a file that is named by an absolute path", async () => {
    const run = startFile(join(clone, "program.mjs"), "a")
    expect(await run.end).toBe(7)
    expect(run.told().arguments).toEqual(["a"])
  })

  it("says nothing and calls no npm where all is installed", async () => {
    await start().end
    const again = start()
    expect(await again.end).toBe(7)
    expect(again.errors()).toBe("")
    expect(calls()).toHaveLength(1)
  })

  it("passes a signal on, once", async () => {
    const run = start("--stay")
    await run.said("arguments")
    run.child.kill("SIGTERM")
    expect(await run.end).toBe(9)
    expect(run.output().match(/told to stop/g)).toHaveLength(1)
  })
})

describe("installs again", () => {
  it.each([
    ["another version is locked", { ...LOCK.packages, "node_modules/b": { version: "2.0.1" } }],
    ["another content is locked", { ...LOCK.packages, "node_modules/b": { version: "2.0.0", integrity: "x" } }],
    ["a package was added", { ...LOCK.packages, "node_modules/c": { version: "1.0.0" } }],
  ])("%s", async (_, packages) => {
    await start().end
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages }))
    expect(await start().end).toBe(7)
    expect(calls()).toHaveLength(2)
  })

  it("not for an optional package of another platform", async () => {
    await start().end
    const packages = { ...LOCK.packages, "node_modules/c": { version: "1.0.0", optional: true } }
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages }))
    expect(await start().end).toBe(7)
    expect(calls()).toHaveLength(1)
  })

  it("after an installation that failed, and starts nothing then", async () => {
    writeFileSync(join(clone, "break"), "")
    const run = start()
    expect(await run.end).toBe(1)
    expect(run.output()).toBe("")
    expect(run.errors()).toContain("the installation failed")
    rmSync(join(clone, "break"))
    expect(await start().end).toBe(7)
    expect(calls()).toHaveLength(2)
    expect(existsSync(join(clone, ".install.lock"))).toBe(false)
  })
})

describe("two at once", () => {
  it("install once; the second waits and says so", async () => {
    writeFileSync(join(clone, "wait"), "")
    const first = start()
    await first.warned("installing")
    const second = start()
    await second.warned("waiting for another installation")
    writeFileSync(join(clone, "go"), "")
    expect(await Promise.all([first.end, second.end])).toEqual([7, 7])
    expect(calls()).toHaveLength(1)
  })

  it("take over from one that was killed, together with its npm", async () => {
    writeFileSync(join(clone, "wait"), "")
    const first = start()
    const holders = await installing()
    await until(() => calls().length === 1)
    for (const pid of holders) process.kill(pid, "SIGKILL")
    await first.end
    writeFileSync(join(clone, "go"), "")
    const others = Array.from({ length: 6 }, () => start())
    expect(await Promise.all(others.map((other) => other.end))).toEqual([7, 7, 7, 7, 7, 7])
    expect(calls()).toHaveLength(2)
    expect(existsSync(join(clone, ".install.lock"))).toBe(false)
  })

  it("wait for an npm that outlived the process that had started it", async () => {
    writeFileSync(join(clone, "wait"), "")
    const first = start()
    const [bootstrap] = await installing()
    const ended = once(first.child, "exit")
    process.kill(bootstrap, "SIGKILL")
    await ended
    const second = start()
    await second.warned("waiting for another installation")
    writeFileSync(join(clone, "go"), "")
    expect(await second.end).toBe(7)
    expect(calls()).toHaveLength(1)
  })
})

describe("an installation that is stopped", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s ends npm and gives the lock back", async (signal) => {
    writeFileSync(join(clone, "wait"), "")
    const run = start()
    const [bootstrap, npm] = await installing()
    process.kill(bootstrap, signal)
    expect(await run.end).not.toBe(7)
    expect(run.output()).toBe("")
    await until(() => !isAlive(npm))
    expect(existsSync(join(clone, ".install.lock"))).toBe(false)
  })
})

describe("says what to do", () => {
  it("where npm runs no install scripts", async () => {
    writeFileSync(join(clone, "no-scripts"), "")
    for (const run of [start(), start()]) {
      expect(await run.end).toBe(1)
      expect(run.errors()).toContain("npm rebuild node --ignore-scripts=false")
    }
    expect(calls()).toHaveLength(1)
  })

  it("where npm could not fetch Node, and tries again the next time", async () => {
    const packages = { ...LOCK.packages, "node_modules/node": { version: "24.0.0", optional: true } }
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages }))
    writeFileSync(join(clone, "no-node"), "")
    for (const run of [start(), start()]) {
      expect(await run.end).toBe(1)
      expect(run.errors()).toContain("npm could not fetch the package `node`")
      expect(run.errors()).not.toContain("ignore-scripts")
      expect(run.errors()).not.toContain("installed in")
    }
    rmSync(join(clone, "no-node"))
    expect(await start().end).toBe(7)
    expect(calls()).toHaveLength(3)
    expect(await start().end).toBe(7)
    expect(calls()).toHaveLength(3)
  })

  it("where there is no npm", async () => {
    rmSync(join(folder, "bin", "npm"))
    const run = start()
    expect(await run.end).toBe(1)
    expect(run.errors()).toContain("npm could not be started")
  })
})

function start(...options: ReadonlyArray<string>) {
  return startFile("program.mjs", ...options)
}

function startFile(file: string, ...options: ReadonlyArray<string>) {
  const child = spawn("/bin/sh", [join(clone, "scripts", "run"), file, ...options], {
    env: { ...process.env, PATH: join(folder, "bin") },
    stdio: ["ignore", "pipe", "pipe"],
  })
  started.push(child)
  let output = ""
  let errors = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
  return {
    child,
    /** Exit code, once both streams have closed. */
    end: once(child, "close").then(([code]) => code as number | null),
    output: () => output,
    errors: () => errors,
    said: (text: string) => until(() => output.includes(text)),
    warned: (text: string) => until(() => errors.includes(text)),
    told: () => JSON.parse(output) as { arguments: ReadonlyArray<string>; path: string; pid: number },
  }
}

/** Waits until npm is at work and the lock names it: gives the ids of the bootstrap and of npm. */
async function installing(): Promise<readonly [bootstrap: number, npm: number]> {
  const lock = join(clone, ".install.lock")
  const holders = () => (existsSync(lock) ? readFileSync(lock, "utf8").split(" ").map(Number) : [])
  await until(() => holders().length === 2 && existsSync(join(clone, "calls")))
  const [bootstrap, npm] = holders()
  // An id of 0 would be this process's own group.
  if (!bootstrap || !npm) throw new Error(`no process ids in ${lock}`)
  return [bootstrap, npm]
}

function calls() {
  // A file that is just being written is empty.
  return readFileSync(join(clone, "calls"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function until(holds: () => boolean) {
  return vi.waitUntil(holds, { timeout: WAIT_MILLIS, interval: 10 })
}

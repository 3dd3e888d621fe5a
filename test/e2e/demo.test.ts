/** The main job from one end to the other, as `npm run demo` plays it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"

const BIN = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))
const CHAPTERS = 10
const INVARIANTS = 6

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "charter e2e "))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const start = (...options: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [BIN, "demo", "--fast", ...options], {
    env: { ...process.env, HOME: home, TMPDIR: home, XDG_STATE_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text))
  return { child, ended: once(child, "close").then(([code]) => code as number), output: () => output }
}

it("plays real deliveries, votes, work, a changed rule and a kill, and every invariant holds", async () => {
  const { ended, output } = start()
  expect(await ended, output()).toBe(0)
  expect(output()).not.toContain("✗")
  expect(output().match(/^\d+\. /gm)).toHaveLength(CHAPTERS)
  expect(output().split("checked over the log from outside")[1]!.match(/^✓/gm)).toHaveLength(INVARIANTS)
  expect(readdirSync(home)).toEqual([])
}, 300_000)

it("leaves nothing behind when it is interrupted", async () => {
  const { child, ended, output } = start()
  await expect.poll(output, { timeout: 120_000 }).toContain("2. Real webhook deliveries")
  const folder = join(
    home,
    readdirSync(home).find((name) => name.startsWith("charter-demo-"))!,
  )
  expect(existsSync(join(folder, "data", "daemon.json"))).toBe(true)
  child.kill("SIGINT")
  expect(await ended).toBe(130)
  expect(readdirSync(home)).toEqual([])
}, 300_000)

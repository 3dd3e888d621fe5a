/** `charter inbox` on a terminal, as somebody sits at it: a pseudo-terminal of util-linux's `script`. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell, TEAM } from "./charter.ts"

const ENTRY = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))

const shell = new Shell(TEAM)
const tokens: Record<string, string> = {}
beforeAll(async () => {
  expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
  for (const name of ["dana", "erin"]) tokens[name] = (await shell.run(["token", "create", name])).stdout.trim()
})
afterAll(() => shell.close())

/** A terminal of so many columns in which the command runs. */
const sitDown = (args: string, who: string, columns: number, more: Readonly<Record<string, string>> = {}) => {
  const command = `stty cols ${columns} rows 40; exec '${process.execPath}' '${ENTRY}' ${args}`
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: shell.workspace,
    env: {
      PATH: process.env["PATH"],
      HOME: shell.root,
      XDG_STATE_HOME: shell.state,
      TERM: "xterm",
      CHARTER_TOKEN: tokens[who]!,
      ...more,
    },
    stdio: ["pipe", "pipe", "inherit"],
  })
  let raw = ""
  let read = 0
  const ended = once(child, "exit")
  const waiting = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    raw += chunk
    for (const look of waiting) look()
  })
  const seen = (): string => stripVTControlCharacters(raw)
  const checkShown = (words: string): void => {
    if (!seen().includes(words)) throw new Error(`it has ended without "${words}":\n${raw}`)
  }
  const shown = (words: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = seen().indexOf(words, read)
        if (at === -1) return
        read = at + words.length
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return {
    raw: () => raw,
    text: () => seen().replaceAll("\r", ""),
    type: (keys: string) => void child.stdin.write(keys),
    /** When this has been shown, after what was waited for before. */
    shows: (words: string) => Promise.race([shown(words), ended.then(() => checkShown(words))]),
    ended,
  }
}

const hold = async (subject: string) => {
  const data = JSON.stringify({ environment: "production" })
  const ran = await shell.run([
    "publish",
    "deploy.requested",
    "--org",
    "team",
    "--subject",
    subject,
    "--data",
    data,
    "--json",
  ])
  return (ran.json() as { readonly proposals: ReadonlyArray<string> }).proposals[0]!
}

describe("charter inbox on a terminal", () => {
  it("votes by key, leaves with q, and takes nothing that was pasted for an answer", async () => {
    const first = await hold("one")
    await hold("two")
    const terminal = sitDown("inbox", "dana", 80)
    await terminal.shows("─── 1 of 2 ───")
    await terminal.shows("q quit")
    terminal.type("a whole line that was pasted\r")
    await terminal.shows("counts for none")
    terminal.type("a")
    await terminal.shows("approve, because")
    terminal.type("read it\r")
    await terminal.shows("You have approved. It is still open: 1 of 2 approvals.")
    await terminal.shows("─── 2 of 2 ───")
    await terminal.shows("q quit")
    terminal.type("q")
    await terminal.shows("One thing waits on: charter inbox")
    await terminal.ended
    const { json } = await shell.run(["proposals", "show", first, "--json"])
    expect(json()).toMatchObject({ votes: [{ by: "dana", choice: "approve", reason: "read it" }] })
  })

  it("fits terminals from 60 to 200 columns", async () => {
    for (const columns of [60, 80, 200]) {
      const terminal = sitDown("inbox", "erin", columns)
      await terminal.shows("q quit")
      terminal.type("\u0003")
      await terminal.ended
      const lines = terminal.text().split("\n")
      expect(lines.filter((line) => line.length > columns && !/\bcharter [a-z]/.test(line))).toEqual([])
    }
  })

  it("has colours, unless NO_COLOR is set", async () => {
    const coloured = sitDown("proposals", "dana", 80)
    await coloured.ended
    expect(coloured.raw()).toContain("\u001b[1m")
    const plain = sitDown("proposals", "dana", 80, { NO_COLOR: "1" })
    await plain.ended
    expect(plain.raw()).not.toContain("\u001b[")
    expect(plain.text()).toContain("can vote")
  })
})

describe("other commands on a terminal", () => {
  it("say that they read what is written there", async () => {
    const terminal = sitDown("doc write notes.md --org team", "dana", 80)
    await terminal.shows("then Ctrl-D")
    terminal.type("a note\r\u0004")
    await terminal.shows("notes.md of @team is at version 1.")
    await terminal.ended
  })

  it("print for its columns, and go on under where a text began", async () => {
    const described = sitDown("describe", "dana", 60)
    await described.ended
    expect(
      described
        .text()
        .split("\n")
        .filter((line) => line.length > 60),
    ).toEqual([])
    expect(described.text()).toContain("\n      - it waits for a vote of the organization's humans: 2\n        of them")
    const checked = sitDown("doctor", "dana", 60)
    await checked.ended
    const [, reach = ""] = /^warn {2}reach {6}(\S.*(?:\n {17}\S.*)+)\n(?:ok|warn|bad) /m.exec(checked.text()) ?? []
    expect(reach).toContain("→")
  })
})

/** Completion in the shells themselves, where they are installed. */
import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Shell } from "./charter.ts"

const shell = new Shell({ "notes.yaml": "", "deploy here/x.yaml": "", "tasks/x": "" })
afterAll(() => shell.close())

const isInstalled = (program: string): boolean => spawnSync(program, ["-c", "exit 0"]).status === 0

/** Each asks its shell what may follow the words; the last word is the one that is being written. */
const SHELLS: Readonly<Record<string, (script: string, words: ReadonlyArray<string>) => ReadonlyArray<string>>> = {
  bash: (script, words) => [
    "bash",
    "--norc",
    "-c",
    `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _charter; printf '%s\\n' "\${COMPREPLY[@]}"`,
    "-",
    ...words,
  ],
  // What zsh shows is for a terminal; here the functions of its completion system print what they are given.
  zsh: (script, words) => [
    "zsh",
    "-f",
    "-c",
    `compdef() { }
     _describe() { local name=$@[-1]; local word; for word in "\${(@P)name}"; do print -r -- \${word%%:*}; done }
     compadd() { shift; print -rl -- "$@" }
     _files() { print -rl -- *(\${1/-\\//\\/}N) }
     _message() { }
     ${script}
     words=("$@"); CURRENT=$#; _charter`,
    "-",
    ...words,
  ],
  fish: (script, words) => [
    "fish",
    "--no-config",
    "-c",
    `${script}\ncomplete -C '${words.map((word) => word.replaceAll(" ", "\\ ")).join(" ")}' | string replace -r '\\t.*' ''; true`,
  ],
}

describe.each(Object.keys(SHELLS))("completion in %s", (name) => {
  const installed = isInstalled(name)
  let script = ""
  beforeAll(async () => {
    const printed = await shell.run(["completion", name])
    expect(printed).toMatchObject({ code: 0, stderr: "" })
    script = printed.stdout
  })

  const after = (...words: ReadonlyArray<string>): ReadonlyArray<string> => {
    const [program, ...rest] = SHELLS[name]!(script, ["charter", ...words])
    const { status, stdout, stderr } = spawnSync(program!, rest, {
      cwd: shell.workspace,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: shell.root },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const last = words.at(-1)!
    return stdout.split("\n").filter((word) => word !== "" && word.startsWith(last))
  }

  it("names every command that the help names", async () => {
    const { stdout } = await shell.run(["--help"])
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, command = ""]) => command)
    for (const command of listed) expect(script).toMatch(new RegExp(`\\b${command}\\b`))
    expect(listed.length).toBeGreaterThan(30)
  })

  it.runIf(installed)("knows commands, those below them, and options with their words", () => {
    expect(after("dele")).toEqual(["delegate", "delegations"])
    expect(after("tasks", "")).toEqual(expect.arrayContaining(["list", "show", "cancel"]))
    expect(after("--org", "tasks", "tasks", "li")).toEqual(["list"])
    expect(after("tasks", "list", "--s")).toEqual(["--state"])
    expect(after("tasks", "list", "--state", "run")).toEqual(["running"])
    expect(after("tasks", "--s")).toEqual(["--state"])
    expect(after("tasks", "--state", "run")).toEqual(["running"])
    expect(after("tasks", "--member", "l")).toEqual([])
    expect(after("token", "--k")).toEqual([])
    expect(after("vote", "p-1", "ab")).toEqual(["abstain"])
    expect(after("completion", "").toSorted()).toEqual(["bash", "fish", "zsh"])
    expect(after("tasks", "list", "--js")).toEqual(["--json"])
    expect(after("events", "--type", "")).toEqual([])
  })

  it.runIf(installed)("knows files and folders", () => {
    expect(after("lint", "n")).toEqual(["notes.yaml"])
    expect(after("up", "--workspace", "dep").map((path) => path.replace(/\/$/, ""))).toEqual(["deploy here"])
    expect(after("status", "")).toEqual([])
  })
})

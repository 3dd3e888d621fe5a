import { describe, expect, it } from "vitest"
import type { ExecutorConfig } from "../domain/organization.ts"
import { checkExecutorConfig, executorFor, executorKinds } from "./registry.ts"

const check = (config: ExecutorConfig) => checkExecutorConfig(config)
const messages = (config: ExecutorConfig) => check(config).map(({ message }) => message)
const command = (more: Record<string, unknown>) => ({ kind: "command", run: ["true"], ...more })

describe("the kinds of executors", () => {
  it("are found by their name", () => {
    expect(executorKinds).toEqual(["command", "human", "scripted"])
    for (const kind of executorKinds) if (kind !== "human") expect(executorFor(kind)?.kind).toBe(kind)
    expect(executorFor("toString")).toBeUndefined()
  })

  it("get a suggestion where they are misspelt", () => {
    expect(check({ kind: "comand" })).toEqual([
      {
        code: "unknown-executor",
        message: 'There is no executor of kind "comand"; there are command, human and scripted.',
        suggestion: 'Did you mean "command"?',
      },
    ])
    expect(check({ kind: "kubernetes" })[0]).not.toHaveProperty("suggestion")
  })

  it.each(["ai", "claude-code", "codex", "opencode", "acp"])("know that %s is still to come", (kind) => {
    expect(check({ kind })).toEqual([
      {
        code: "not-yet-supported",
        message: `Executors of kind ${kind} are not supported yet; command, human and scripted are.`,
      },
    ])
  })
})

it("run nothing for a human, who has nothing to configure", () => {
  expect(executorFor("human")).toBeUndefined()
  expect(check({ kind: "human" })).toEqual([])
  expect(messages({ kind: "human", run: ["true"] })).toEqual(["`run` is no key of a human executor; it knows kind."])
})

describe("the configuration of a command", () => {
  it("may be as short as its words, and as long as all its keys", () => {
    expect(check(command({}))).toEqual([])
    const env = { NAME: "value", KEY: "Bearer ${{ env.KEY }}" }
    expect(check(command({ cwd: "scratch", env, output: 1_000 }))).toEqual([])
  })

  it.each<readonly [Record<string, unknown>, string, string]>([
    [{ run: undefined }, "missing-key", "`run` is missing"],
    [{ run: "./fix.sh --all" }, "invalid-value", "list of words"],
    [{ run: [] }, "invalid-value", "list of words"],
    [{ run: [""] }, "invalid-value", "list of words"],
    [{ run: ["sleep", 5] }, "invalid-value", "Word 2 of `run` is no text"],
    [{ run: ["echo", "${{ data.title }}"] }, "invalid-value", "standard input"],
    [{ run: ["a\0b"] }, "invalid-value", "zero character"],
    [{ cwd: "/tmp" }, "invalid-value", "`workspace` or `scratch`"],
    [{ env: ["A=1"] }, "invalid-value", "map of names"],
    [{ env: { "A B": "1" } }, "invalid-value", "no name for an environment variable"],
    [{ env: { CHARTER_TOKEN: "1" } }, "invalid-value", "are the daemon's"],
    [{ env: { PORT: 80 } }, "invalid-value", "`env.PORT` is no text"],
    [{ env: { A: "${{ data.title }}" } }, "invalid-value", "standard input"],
    [{ env: { A: "a\0b" } }, "invalid-value", "zero character"],
    [{ output: 0 }, "invalid-value", "number of bytes"],
    [{ output: "1MB" }, "invalid-value", "number of bytes"],
    [{ output: 1e12 }, "invalid-value", "number of bytes"],
    [{ command: "x" }, "unknown-key", "`command` is no key"],
  ])("is refused with %j", (more, code, message) => {
    const problems = check(command(more))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it("says what to write instead", () => {
    expect(check(command({ run: " ./fix.sh  --all " }))[0]?.suggestion).toBe('Write run: ["./fix.sh","--all"].')
    expect(check(command({ env: { PORT: 80 } }))[0]?.suggestion).toBe('Write PORT: "80".')
    expect(check({ kind: "command", rum: ["true"] }).map(({ suggestion }) => suggestion)).toContain(
      'Did you mean "run"?',
    )
  })
})

describe("the configuration of a script", () => {
  it("is a file of the workspace", () => {
    expect(check({ kind: "scripted", file: "scripts/reviewer.yaml" })).toEqual([])
    expect(messages({ kind: "scripted" })).toEqual(["`file` is missing: the script to play."])
    for (const file of ["../x.yaml", "/etc/passwd", "", "a/../../b", 5])
      expect(messages({ kind: "scripted", file })).toEqual(["`file` is a path inside the workspace."])
  })
})

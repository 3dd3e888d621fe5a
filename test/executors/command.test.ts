import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { command } from "../../src/executors/command.ts"
import type { Chunk, Outcome } from "../../src/executors/Executor.ts"
import { MAX_EVENTS, MAX_LINE_BYTES } from "../../src/executors/output.ts"
import { processesOf } from "../../src/executors/processes.ts"
import { execution, runToEnd, shell, temporaryFolder } from "./execution.ts"

const run = (script: string, given: Parameters<typeof shell>[1] = {}) => runToEnd(command, shell(script, given))
const usage = (chunks: ReadonlyArray<Chunk>) => chunks.filter(({ kind }) => kind === "usage")

describe("what a run is given", () => {
  it("is its task as one line on standard input, which is then closed", async () => {
    const { outcome } = await run(`printf '{"result":'; cat; printf '}'`, {
      run: "run-given",
      task: { id: "t1", event: { type: "a.b", data: { text: "line\nbreak" } } },
      message: "do it",
      systemPrompt: "You are careful.",
      tools: ["channel_send"],
      limits: { turns: 3, usd: 1.5 },
      environment: { CHARTER_URL: "http://127.0.0.1:5099", CHARTER_TOKEN: "s3cret-token" },
    })
    // The line break after the task stands between the two halves of the result, so it is plain text, and still JSON.
    expect(outcome.success && JSON.parse(String(outcome.result))).toEqual({
      result: {
        run: "run-given",
        task: { id: "t1", event: { type: "a.b", data: { text: "line\nbreak" } } },
        message: "do it",
        systemPrompt: "You are careful.",
        tools: ["channel_send"],
        limits: { turns: 3, usd: 1.5 },
        daemon: { url: "http://127.0.0.1:5099" },
      },
    })
  })

  it("may be left unread, however long it is", async () => {
    const { outcome } = await run("echo done", { message: "x".repeat(4_000_000) })
    expect(outcome).toEqual({ success: true, result: "done" })
  })

  it("is an environment without anything of the daemon's", async () => {
    process.env["CHARTER_TEST_LEAK"] = "leaked"
    onTestFinished(() => void delete process.env["CHARTER_TEST_LEAK"])
    const given = execution({
      config: { kind: "command", run: ["env"], env: { MODEL: "small", TERM: "xterm" } },
      environment: { CHARTER_URL: "http://localhost" },
    })
    const { progress } = await runToEnd(command, given)
    const variables = Object.fromEntries(progress.map((line) => line.split("=", 2)))
    expect(variables).toEqual({
      PATH: process.env["PATH"],
      HOME: given.scratch,
      TMPDIR: given.scratch,
      LANG: "C.UTF-8",
      TERM: "xterm",
      MODEL: "small",
      CHARTER_URL: "http://localhost",
      CHARTER_RUN_ID: given.run,
      CHARTER_GUARDIAN: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it("takes a secret from the daemon where its configuration says so, and never shows it", async () => {
    process.env["CHARTER_TEST_KEY"] = "hunter2-hunter2"
    onTestFinished(() => void delete process.env["CHARTER_TEST_KEY"])
    const ended = await runToEnd(
      command,
      execution({
        config: {
          kind: "command",
          run: [
            "sh",
            "-c",
            'echo "got $API"; echo "$API" >&2; test "$API" = "Bearer hunter2-hunter2" && echo "$CHARTER_TOKEN"; exit 3',
          ],
          env: { API: "Bearer ${{ env.CHARTER_TEST_KEY }}" },
        },
        environment: { CHARTER_TOKEN: "token-of-the-run" },
      }),
    )
    expect(ended.progress.toSorted()).toEqual(["***", "Bearer ***", "got Bearer ***"])
    expect(ended.outcome).toEqual({ success: false, error: "exit code 3: Bearer ***", retry: true })
  })

  it("fails where a secret is not there", async () => {
    const config = { kind: "command", run: ["true"], env: { A: "${{ env.CHARTER_TEST_ABSENT }}" } }
    const { outcome } = await runToEnd(command, execution({ config }))
    expect(outcome).toEqual({
      success: false,
      error: "not set in the daemon's environment: CHARTER_TEST_ABSENT",
      retry: false,
    })
  })

  it("is the workspace or its scratch folder to work in", async () => {
    const given = execution({ config: { kind: "command", run: ["pwd", "-P"] } })
    expect((await runToEnd(command, given)).outcome).toEqual({ success: true, result: given.workspace })
    const other = { ...given, config: { ...given.config, cwd: "scratch" } }
    expect((await runToEnd(command, other)).outcome).toEqual({ success: true, result: given.scratch })
  })

  it("is a process of its own session", async () => {
    const { chunks, outcome } = await run("cut -d' ' -f5,6 /proc/$$/stat")
    const started = chunks.find((chunk) => chunk.kind === "process")
    expect(outcome).toEqual({ success: true, result: `${started?.pid} ${started?.pid}` })
    expect(started?.startTime).toMatch(/^\d+$/)
  })
})

describe("the command", () => {
  it("is found in the workspace where it is a path, from whatever folder it runs in", async () => {
    const workspace = temporaryFolder()
    mkdirSync(join(workspace, "my tools"))
    const tool = join(workspace, "my tools", "fix.sh")
    writeFileSync(tool, '#!/bin/sh\necho "$0" "$#" "$1"\n')
    chmodSync(tool, 0o755)
    for (const cwd of ["workspace", "scratch"]) {
      const config = { kind: "command", run: ["./my tools/fix.sh", "a b $HOME"], cwd }
      expect((await runToEnd(command, execution({ config, workspace }))).outcome).toEqual({
        success: true,
        result: `${tool} 1 a b $HOME`,
      })
    }
  })

  it.each<readonly [string, ReadonlyArray<string>, string]>([
    ["a word that is not in PATH", ["no-such-command-x"], "command not found: no-such-command-x"],
    ["a path that is not there", ["./no/such"], "command not found: ./no/such"],
    ["a file that cannot be run", ["./plain.txt"], "not executable: ./plain.txt"],
    ["a folder", ["./"], "not executable: ./"],
  ])("fails for good where it is %s", async (_, words, error) => {
    const workspace = temporaryFolder()
    writeFileSync(join(workspace, "plain.txt"), "text")
    const { outcome } = await runToEnd(command, execution({ config: { kind: "command", run: words }, workspace }))
    expect(outcome).toEqual({ success: false, error, retry: false })
  })

  it("fails for good where its configuration is wrong or its folder is gone", async () => {
    const wrong = await runToEnd(command, execution({ config: { kind: "command", run: "./fix.sh" } }))
    expect(wrong.outcome).toMatchObject({
      success: false,
      retry: false,
      error: expect.stringContaining("list of words"),
    })
    const gone = await runToEnd(
      command,
      execution({ config: { kind: "command", run: ["true"] }, workspace: "/no/such/folder" }),
    )
    expect(gone.outcome).toMatchObject({
      success: false,
      retry: false,
      error: expect.stringContaining("/no/such/folder"),
    })
  })
})

describe("the verdict", () => {
  it.each<readonly [string, Outcome]>([
    ["exit 0", { success: true, result: null }],
    ["exit 1", { success: false, error: "exit code 1", retry: true }],
    ["exit 64", { success: false, error: "exit code 64 (usage)", retry: false }],
    ["exit 75", { success: false, error: "exit code 75 (temporary failure)", retry: true }],
    ["exit 126", { success: false, error: "exit code 126 (not executable)", retry: false }],
    ["exit 127", { success: false, error: "exit code 127 (not found)", retry: false }],
    ["exit 139", { success: false, error: "exit code 139 (SIGSEGV)", retry: true }],
    ["kill -KILL $$", { success: false, error: "ended by signal SIGKILL", retry: true }],
    ["echo no >&2; echo space >&2; exit 2", { success: false, error: "exit code 2: no\nspace", retry: true }],
    [`echo '{"result":"early"}'; exit 1`, { success: false, error: "exit code 1", retry: true }],
    [`echo '{"result":1}'; echo '{"result":2}'; echo bye`, { success: true, result: 2 }],
    ["echo one; echo two; echo warning >&2", { success: true, result: "one\ntwo" }],
    [`printf '{"result": "no line break"}'`, { success: true, result: "no line break" }],
    [`printf '{"result": {"half":'`, { success: true, result: '{"result": {"half":' }],
    [`printf 'ok \\377\\376\\000 end'`, { success: true, result: "ok \uFFFD\uFFFD\uFFFD end" }],
  ])("of %s", async (script, outcome) => {
    expect((await run(script)).outcome).toEqual(outcome)
  })

  it("is success for nonsense that exits 0, in well-formed text", async () => {
    const { outcome, progress } = await run("head -c 200000 /dev/urandom")
    expect(outcome.success).toBe(true)
    expect(JSON.stringify([outcome, progress]).isWellFormed()).toBe(true)
  })

  it("passes usage and events on", async () => {
    const { chunks } = await run(
      `echo '{"usage":{"usd":0.5,"tokens":10}}'; echo '{"event":{"type":"review.done","subject":"a","data":[1]}}'`,
    )
    expect(chunks.slice(1, 3)).toEqual([
      { kind: "usage", usd: 0.5, tokens: 10 },
      { kind: "event", type: "review.done", subject: "a", data: [1] },
    ])
  })
})

describe("limits", () => {
  it("end a run that takes too long, whatever it ignores, with all its processes", async () => {
    const given = shell("trap '' INT TERM HUP; setsid sleep 1000 & echo started; while :; do sleep 1000; done", {
      limits: { minutes: 0.005 },
    })
    const { outcome, progress } = await runToEnd(command, given)
    expect(progress).toEqual(["started"])
    expect(outcome).toEqual({
      success: false,
      error: "stopped: the limit of 0.005 minutes is reached",
      retry: false,
      limit: "minutes",
    })
    expect(processesOf(given.run)).toEqual([])
  })

  it("end a run that spends too much", async () => {
    const { outcome, chunks } = await run(
      `for turn in 1 2 3; do echo '{"usage":{"usd":0.5,"turns":1}}'; done; while :; do sleep 1000; done`,
      { limits: { usd: 1.2, turns: 10 } },
    )
    expect(usage(chunks)).toHaveLength(3)
    expect(outcome).toEqual({
      success: false,
      error: "stopped: 1.5 US dollars are over the limit of 1.2",
      retry: false,
      limit: "usd",
    })
  })

  it("count what is spent past the bounds of the output too", async () => {
    const { outcome } = await run(
      `seq 1 5000; echo '{"usage":{"turns":9}}'; echo '{"usage":{"turns":9}}'; while :; do sleep 1000; done`,
      { limits: { turns: 10 } },
    )
    expect(outcome).toEqual({
      success: false,
      error: "stopped: 18 turns are over the limit of 10",
      retry: false,
      limit: "turns",
    })
  })

  it("end a run with more events than are allowed", async () => {
    const { outcome, chunks } = await run(`yes '{"event":{"type":"a.b"}}'`)
    expect(chunks.filter(({ kind }) => kind === "event")).toHaveLength(MAX_EVENTS)
    expect(outcome).toEqual({ success: false, error: `stopped: more than ${MAX_EVENTS} events`, retry: false })
  })

  it("fail a run whose result is too long, instead of taking another one", async () => {
    const { outcome } = await run(
      `echo first; printf '{"result":"'; head -c ${MAX_LINE_BYTES} /dev/zero | tr '\\0' x; echo '"}'`,
    )
    expect(outcome).toMatchObject({ success: false, retry: false, error: expect.stringContaining("over the bound of") })
  })

  it("cut the output where the configuration says, and keep the result", async () => {
    const config = { kind: "command", run: ["sh", "-c", `seq 1 1000; echo '{"result":"kept"}'`], output: 10 }
    const { outcome, progress } = await runToEnd(command, execution({ config }))
    expect(progress).toEqual(["1", "2", "3", "4", "5", "The output is over 10 bytes; the rest is not shown."])
    expect(outcome).toEqual({ success: true, result: "kept" })
  })

  it("let the kernel, out of memory, end a run before the daemon", async () => {
    const own = readFileSync("/proc/self/oom_score_adj", "utf8").trim()
    // A shell reads byte by byte: one that reads across the change sees "0" and "00" of "500".
    const script = `until read score < /proc/$$/oom_score_adj && [ "$score" -gt ${own} ]; do :; done; echo "$score"`
    const { outcome } = await run(script, { limits: { minutes: 0.5 } })
    expect(outcome.success && Number(outcome.result)).toBeGreaterThan(Number(own))
  })
})

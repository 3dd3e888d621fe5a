import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect, it } from "vitest"
import { ended, execution, runToEnd, temporaryFolder } from "../../test/executors/execution.ts"
import type { Execution } from "./Executor.ts"
import { scripted } from "./scripted.ts"

const script = (content: string, given: Partial<Execution> = {}): Execution => {
  const workspace = temporaryFolder()
  const file = join(workspace, "scripts", "a.yaml")
  mkdirSync(dirname(file))
  writeFileSync(file, content)
  return execution({ config: { kind: "scripted", file: "scripts/a.yaml" }, workspace, ...given })
}
const play = (content: string, given: Partial<Execution> = {}) => runToEnd(scripted, script(content, given))

describe("a scripted executor", () => {
  it("plays its steps in order, up to the result", async () => {
    const { chunks } = await play(
      "[{progress: a}, {usage: {usd: 1}}, {event: {type: a.b, data: [1]}}, {wait: 1ms}, {result: done}, {progress: never}]",
    )
    expect(chunks).toEqual([
      { kind: "progress", text: "a" },
      { kind: "usage", usd: 1 },
      { kind: "event", type: "a.b", data: [1] },
      { kind: "result", outcome: { success: true, result: "done" } },
    ])
  })

  it("fills in what the run is told", async () => {
    const { chunks } = await play(
      `
- progress: "\${{ task.event.data.items[1] }} of \${{task.event.data}}, \${{ task.gone.away }}\${{ task.toString }}|"
- event: { type: a.b, subject: "\${{ task.event.subject }}", data: { n: "\${{ task.event.data.n }}", none: "\${{ task.gone }}" } }
- result: ["\${{ task.event.data }}", "n=\${{ task.event.data.n }}", "\${{ limits.usd }}"]
`,
      { task: { event: { subject: "PR 1", data: { n: 1, items: ["x", "y"] } } }, limits: { usd: 2 } },
    )
    const data = { n: 1, items: ["x", "y"] }
    expect(chunks).toEqual([
      { kind: "progress", text: `y of ${JSON.stringify(data)}, |` },
      { kind: "event", type: "a.b", subject: "PR 1", data: { n: 1, none: null } },
      { kind: "result", outcome: { success: true, result: [data, "n=1", 2] } },
    ])
  })

  it("chooses by the message", async () => {
    const content =
      "[{when: Security, fail: {error: not mine, retry: false}}, {when: style, fail: later}, {result: ok}]"
    const outcome = async (message: string) => (await play(content, { message })).outcome
    expect(await outcome("Look at the SECURITY of it")).toEqual({ success: false, error: "not mine", retry: false })
    expect(await outcome("Look at the style")).toEqual({ success: false, error: "later", retry: true })
    expect(await outcome("Look at it")).toEqual({ success: true, result: "ok" })
  })

  it("ends with null where its script just ends", async () => {
    expect((await play("[{progress: a}]")).outcome).toEqual({ success: true, result: null })
  })

  it("fails for good, with the place, where its script is wrong", async () => {
    const { outcome } = await play("- progress: a\n- progess: b\n- wait: long\n")
    expect(outcome).toMatchObject({ success: false, retry: false })
    expect(outcome.success || outcome.error.split("\n")).toEqual([
      expect.stringContaining("scripts/a.yaml:2:3 error:"),
      expect.stringContaining("scripts/a.yaml:3:9 error:"),
    ])
  })

  it("reads no file that is gone, or that a link leads out of the workspace", async () => {
    const gone = execution({ config: { kind: "scripted", file: "none.yaml" } })
    expect((await runToEnd(scripted, gone)).outcome).toMatchObject({
      success: false,
      retry: false,
      error: expect.stringContaining("ENOENT"),
    })
    const outside = join(temporaryFolder(), "secret.yaml")
    writeFileSync(outside, "[{result: secret}]")
    symlinkSync(outside, join(gone.workspace, "none.yaml"))
    expect((await runToEnd(scripted, gone)).outcome).toMatchObject({
      success: false,
      error: expect.stringContaining("outside the workspace"),
    })
  })

  it("says where it is, and goes on from there by what it is told", async () => {
    const task = { checkpoint: { step: 2 } }
    const { chunks } = await play('[{checkpoint: { after: "${{ task.checkpoint.step }}" }}]', { task })
    expect(chunks[0]).toEqual({ kind: "checkpoint", data: { after: 2 } })
    const large = await play('[{checkpoint: "${{ message }}"}]', { message: "x".repeat(70_000) })
    expect(large.outcome).toEqual({
      success: false,
      error: "a checkpoint of 70002 bytes is over the bound of 65536",
      retry: false,
    })
  })

  it("is ended where it waits in silence for longer than it may", async () => {
    const { outcome } = await play("[{wait: 1h}, {result: 1}]", { limits: { silence: 20 } })
    expect(outcome).toEqual({
      success: false,
      error: "stopped: no sign of life for 20 milliseconds",
      retry: true,
      limit: "silence",
    })
  })

  it("keeps to the limits of its member", async () => {
    const spent = await play("[{usage: {turns: 2}}, {usage: {turns: 2}}, {result: 1}]", { limits: { turns: 3 } })
    expect(spent.outcome).toEqual({
      success: false,
      error: "stopped: 4 turns are over the limit of 3",
      retry: false,
      limit: "turns",
    })
  })

  it("lives in the time of its clock", async () => {
    const given = script("[{progress: a}, {wait: 2h}, {result: 1}]", { limits: { minutes: 30 } })
    const chunks = await Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Stream.runCollect(scripted.execute(given)))
      // The script is read by the file system, outside the clock of the test.
      yield* Effect.yieldNow.pipe(
        Effect.andThen(TestClock.adjust("1 minute")),
        Effect.repeat({ until: () => fiber.pollUnsafe() !== undefined }),
      )
      return yield* Fiber.join(fiber)
    }).pipe(Effect.provide(TestClock.layer()), Effect.runPromise)
    expect(ended(chunks).outcome).toEqual({
      success: false,
      error: "stopped: the limit of 30 minutes is reached",
      retry: false,
      limit: "minutes",
    })
  })
})

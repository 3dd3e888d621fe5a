import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { MAX_JSON_DEPTH } from "../domain/json.ts"
import type { Chunk } from "./Executor.ts"
import type { Usage } from "./limits.ts"
import {
  MAX_CHECKPOINT_BYTES,
  MAX_CHECKPOINTS,
  MAX_CHUNKS,
  MAX_ERROR_BYTES,
  MAX_EVENT_BYTES,
  MAX_EVENTS,
  MAX_LINE_BYTES,
  MAX_PROGRESS_CHARACTERS,
  MAX_RESULT_CHARACTERS,
  readOutput,
} from "./output.ts"

const reader = (maxOutputBytes = 1_000_000, mask = (text: string) => text) => {
  const usage: Array<Usage> = []
  return { ...readOutput({ maxOutputBytes, mask, onUsage: (spent) => usage.push(spent) }), usage }
}

const read = (text: string | Buffer, maxOutputBytes?: number) => {
  const output = reader(maxOutputBytes)
  const chunks = [...output.stdout(Buffer.from(text)), ...output.end()]
  return { chunks, result: output.result(), fault: output.fault(), usage: output.usage }
}
const line = (value: unknown): string => `${JSON.stringify(value)}\n`
const progress = (text: string): Chunk => ({ kind: "progress", text })
const texts = (chunks: ReadonlyArray<Chunk>) =>
  chunks.map((chunk) => (chunk.kind === "progress" ? chunk.text : chunk.kind))

describe("the lines that are understood", () => {
  it("are progress, usage, event and result", () => {
    const { chunks, result } = read(
      line({ progress: "half", data: { percent: 50 } }) +
        line({ usage: { tokens: 3, usd: 0.5, turns: 1 } }) +
        line({ event: { type: "review.done", subject: "a", data: { ok: true } } }) +
        line({ result: { first: 1 } }) +
        line({ result: [2] }),
    )
    expect(chunks).toEqual([
      { kind: "progress", text: "half", data: { percent: 50 } },
      { kind: "usage", tokens: 3, usd: 0.5, turns: 1 },
      { kind: "event", type: "review.done", subject: "a", data: { ok: true } },
    ])
    expect(result).toEqual([2])
  })

  it("may have null, false or a text for a result", () => {
    for (const value of [null, false, 0, "", "done"])
      expect(read(`text\n${line({ result: value })}`).result).toEqual(value)
  })

  it.each([
    ["two keys", { progress: "a", result: 1 }],
    ["an unknown key beside", { result: 1, more: 2 }],
    ["a progress that is no text", { progress: 1 }],
    ["usage of another kind", { usage: { tokens: -1 } }],
    ["usage that is no number", { usage: { usd: "1" } }],
    ["an unknown usage", { usage: { minutes: 1 } }],
    ["no usage at all", { usage: {} }],
    ["an event without a type", { event: { data: 1 } }],
    ["an event whose type is none", { event: { type: "a b" } }],
    ["an event with an unknown key", { event: { type: "a", org: "@x" } }],
    ["a list", [{ result: 1 }]],
  ])("are not those with %s, which stay as they stand", (_, value) => {
    const { chunks, result } = read(line(value))
    expect(chunks).toEqual([progress(JSON.stringify(value))])
    expect(result).toBe(JSON.stringify(value))
  })

  it.each([
    ["half of it", '{"result": {"a":'],
    ["a lone surrogate", '{"result": "\\ud800"}'],
    ["a key that stands twice", '{"event": {"type": "a"}, "event": {"type": "b"}}'],
    ["a key that stands twice inside", '{"result": {"outcome": "approved", "outcome": "rejected"}}'],
    ["a number beyond all", '{"result": 1e999}'],
    ["a nesting too deep", `{"result": ${"[".repeat(MAX_JSON_DEPTH + 1)}${"]".repeat(MAX_JSON_DEPTH + 1)}}`],
    ["a nesting far too deep", `{"result": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ])("are not JSON with %s", (_, text) => {
    expect(read(`${text}\n`).result === text.slice(-MAX_RESULT_CHARACTERS)).toBe(true)
  })

  it("never throws, whatever the bytes are, and its text is well-formed", () => {
    const start = fc.constantFrom("", "{", '{"result":', '{"event":{', '{"usage":{"usd":')
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, bytes) => {
        const { chunks, result } = read(Buffer.concat([Buffer.from(head), bytes]))
        expect(JSON.stringify([chunks, result ?? null]).isWellFormed()).toBe(true)
        for (const text of texts(chunks))
          expect(text).toSatisfy((shown: string) => shown.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(shown))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe("plain text", () => {
  it("is progress, and its last part is the result where no line names one", () => {
    expect(read("one\ntwo")).toMatchObject({ chunks: [progress("one"), progress("two")], result: "one\ntwo" })
    expect(read("").result).toBeNull()
    expect(String(read("x".repeat(MAX_LINE_BYTES * 2)).result).length).toBe(MAX_RESULT_CHARACTERS)
  })

  it("reads as a terminal would leave it", () => {
    expect(texts(read("10%\r50%\r\n\u001b[31mred\u001b[0m\nzero\0end\n").chunks)).toEqual([
      "50%",
      "red",
      "zero\uFFFDend",
    ])
  })

  it("is cut where a line is too long", () => {
    const [shown] = texts(read(`${"x".repeat(MAX_LINE_BYTES * 3)}\n`).chunks)
    expect(shown === `${"x".repeat(MAX_PROGRESS_CHARACTERS)}…`).toBe(true)
  })

  it("of standard error is marked, and its end is kept for the error", () => {
    const output = reader()
    expect(output.stderr(Buffer.from("oh\n"))).toEqual([{ kind: "progress", text: "oh", data: { stream: "stderr" } }])
    for (let count = 0; count < 10_000; count++) output.stderr(Buffer.from(`line ${count}\n`))
    expect(output.result()).toBeNull()
    expect(output.errorTail()).toMatch(/line 9999$/)
    expect(output.errorTail().length).toBeLessThanOrEqual(MAX_ERROR_BYTES)
  })

  it("does not show a secret, wherever it is", () => {
    const output = reader(1_000, (text) => text.replaceAll("hunter22", "***"))
    const chunks = [
      ...output.stdout(
        Buffer.from(
          `it is hunter22\n${line({ progress: "hunter22", data: ["hunter22"] })}${line({ result: "hunter22" })}`,
        ),
      ),
      ...output.stderr(Buffer.from("hunter22\n")),
    ]
    expect(JSON.stringify([chunks, output.result(), output.errorTail()])).not.toContain("hunter22")
  })
})

describe("bounds", () => {
  it("cut a flood of text with one chunk that says so, and still take what counts", () => {
    const { chunks, result, usage } = read(
      "text\n".repeat(100) +
        line({ usage: { usd: 1 } }) +
        line({ usage: { usd: 2, turns: 1 } }) +
        line({ event: { type: "a.b" } }) +
        line({ result: "kept" }),
      52,
    )
    expect(texts(chunks)).toEqual([
      ...Array<string>(10).fill("text"),
      "The output is over 52 bytes; the rest is not shown.",
      "event",
      "usage",
    ])
    expect(chunks.at(-1)).toEqual({ kind: "usage", usd: 3, turns: 1 })
    expect(usage).toHaveLength(2)
    expect(result).toBe("kept")
  })

  it("hold for many short lines too", () => {
    const { chunks } = read("\n".repeat(MAX_CHUNKS * 3))
    expect(chunks).toHaveLength(MAX_CHUNKS + 1)
    expect(chunks.at(-1)).toMatchObject({ data: { cut: true } })
  })

  it("make more events than allowed a fault", () => {
    const event = line({ event: { type: "a.b" } })
    expect(read(event.repeat(MAX_EVENTS))).toMatchObject({ fault: undefined })
    const over = read(event.repeat(MAX_EVENTS + 1))
    expect(over.chunks).toHaveLength(MAX_EVENTS)
    expect(over.fault).toMatch(/more than 1000 events/)
    const large = line({ event: { type: "a.b", data: "x".repeat(MAX_EVENT_BYTES / 64) } })
    expect(read(large.repeat(63))).toMatchObject({ fault: undefined })
    expect(read(large.repeat(64)).fault).toMatch(/more than 8388608 bytes of events/)
  })

  it("make a result that is too long a fault, and not a silent other result", () => {
    expect(read(line({ result: "x".repeat(MAX_LINE_BYTES - 14) }))).toMatchObject({ fault: undefined })
    expect(read(line({ result: "x".repeat(MAX_LINE_BYTES) })).fault).toMatch(/over the bound of 262144/)
  })

  it("keep 64 MB of short lines cheap after the cut", () => {
    const output = reader(100)
    const piece = Buffer.from("y\n".repeat(32_768))
    const before = performance.now()
    for (let count = 0; count < 1_024; count++) output.stdout(piece)
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})

describe("a checkpoint", () => {
  const checkpoint = (data: unknown): Chunk => ({ kind: "checkpoint", data })

  it("is any JSON, and is read past the end of what is shown", () => {
    const many = `${"x".repeat(30)}\n`.repeat(5)
    const { chunks, fault } = read(many + line({ checkpoint: { step: 1 } }) + line({ checkpoint: null }), 20)
    expect(chunks.slice(-2)).toEqual([checkpoint({ step: 1 }), checkpoint(null)])
    expect(fault).toBeUndefined()
    expect(read(line({ checkpoint: 1, data: 2 })).chunks).toEqual([progress('{"checkpoint":1,"data":2}')])
  })

  it("that is too large, or one too many, is a fault", () => {
    const room = MAX_CHECKPOINT_BYTES - line({ checkpoint: "" }).length + 1
    expect(read(line({ checkpoint: "x".repeat(room) })).fault).toBeUndefined()
    const large = read(line({ checkpoint: "x".repeat(room + 1) }))
    expect(large).toMatchObject({
      chunks: [],
      fault: `a checkpoint of ${MAX_CHECKPOINT_BYTES + 1} bytes is over the bound of ${MAX_CHECKPOINT_BYTES}`,
    })
    expect(read(line({ checkpoint: 1 }).repeat(MAX_CHECKPOINTS)).fault).toBeUndefined()
    expect(read(line({ checkpoint: 1 }).repeat(MAX_CHECKPOINTS + 1)).fault).toBe(
      `more than ${MAX_CHECKPOINTS} checkpoints`,
    )
    expect(read(line({ checkpoint: "x".repeat(MAX_LINE_BYTES) })).fault).toContain("an event, a checkpoint or a result")
  })
})

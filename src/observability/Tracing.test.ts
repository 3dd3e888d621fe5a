import { Option, Tracer } from "effect"
import { describe, expect, it } from "vitest"
import { makeSpans } from "./Tracing.ts"

const CALLER = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`
const UNSAMPLED = CALLER.replace(/01$/, "00")
const tracer = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })
const sampledOf = (parentBased: boolean, ratio: number, parent?: string): boolean =>
  makeSpans(tracer, { parentBased, ratio }).begin("a", { parent }).traceparent.endsWith("01")

describe("spans", () => {
  it("go on with the trace of their caller, and know whether they are its beginning", () => {
    const spans = makeSpans(tracer, { parentBased: true, ratio: 1 })
    const [child, root] = [spans.begin("a", { parent: CALLER }), spans.begin("b")]
    expect(child.span.traceId).toBe("a".repeat(32))
    expect(Option.getOrUndefined((child.span as Tracer.Span).parent)?.spanId).toBe("b".repeat(16))
    expect([child.isRoot, root.isRoot, spans.begin("c", { parent: "nonsense" }).isRoot]).toEqual([false, true, true])
    expect(spans.begin("d", { parent: root }).span.traceId).toBe(root.span.traceId)
  })

  it("are sampled as their caller says where that counts, else by the ratio; what is within follows", () => {
    expect([sampledOf(true, 0, CALLER), sampledOf(true, 1, UNSAMPLED), sampledOf(true, 0), sampledOf(true, 1)]).toEqual(
      [true, false, false, true],
    )
    expect([sampledOf(false, 0, CALLER), sampledOf(false, 1, UNSAMPLED)]).toEqual([false, true])
    const spans = makeSpans(tracer, { parentBased: true, ratio: 0 })
    expect(spans.begin("b", { parent: spans.begin("a") }).traceparent).toMatch(/-00$/)
  })

  it("of a ratio are about as many, and the same for every program", () => {
    const spans = makeSpans(tracer, { parentBased: false, ratio: 0.25 })
    const made = Array.from({ length: 4_000 }, () => spans.begin("a"))
    const kept = made.filter(({ traceparent }) => traceparent.endsWith("01"))
    expect(kept.length).toBeGreaterThan(850)
    expect(kept.length).toBeLessThan(1_150)
    for (const { traceparent } of made)
      expect(spans.begin("b", { parent: traceparent }).traceparent.slice(-2)).toBe(traceparent.slice(-2))
  })

  it("have their times by the wall clock, to the microsecond", () => {
    const spans = makeSpans(tracer, { parentBased: true, ratio: 1 })
    const from = performance.now() - 1_000
    const span = spans.begin("a", { from })
    span.end({ at: from + 0.25 })
    const { status } = span.span as Tracer.Span
    if (status._tag !== "Ended") throw new Error("it has not ended")
    expect(Math.abs(Number(status.startTime / 1_000_000n) - (Date.now() - 1_000))).toBeLessThan(50)
    expect(Math.abs(Number(status.endTime - status.startTime) - 250_000)).toBeLessThan(1_000)
  })
})

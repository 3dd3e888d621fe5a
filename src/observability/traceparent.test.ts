import { describe, expect, it } from "vitest"
import { formatTraceparent, parseTraceparent } from "./traceparent.ts"

const TRACE = "0af7651916cd43dd8448eb211c80319c"
const SPAN = "b7ad6b7169203331"

describe("traceparent", () => {
  it.each(["00", "01"])("is read and written, with the flags %s", (flags) => {
    const text = `00-${TRACE}-${SPAN}-${flags}`
    const parsed = parseTraceparent(text)!
    expect(parsed).toEqual({ traceId: TRACE, spanId: SPAN, sampled: flags === "01" })
    expect(formatTraceparent(parsed)).toBe(text)
  })

  it("of a later version is read as far as this one goes", () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-03-what.the.future`)).toEqual({
      traceId: TRACE,
      spanId: SPAN,
      sampled: true,
    })
  })

  it.each([
    "",
    "hello",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
  ])("is none: %j", (text) => {
    expect(parseTraceparent(text)).toBeUndefined()
  })
})

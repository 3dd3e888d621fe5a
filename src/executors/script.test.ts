import { describe, expect, it } from "vitest"
import { formatDiagnostic } from "../domain/diagnostic.ts"
import { MAX_STEPS, readScript } from "./script.ts"

const read = (content: string) => {
  const { steps, diagnostics } = readScript("scripts/a.yaml", content)
  return { steps, errors: diagnostics.map(formatDiagnostic) }
}

describe("a script", () => {
  it("is read in all its parts", () => {
    const { steps, errors } = read(`
- progress: Reading \${{ task.event.subject }}
- wait: 1m30s
- usage: { tokens: 1200, usd: 0.02, turns: 1 }
- event: { type: review.noted, subject: "x", data: { lines: 12 } }
- { when: Security, fail: "no" }
- fail: { error: Not mine., retry: false }
- result: { outcome: approved, of: "\${{ task }}" }
`)
    expect(errors).toEqual([])
    expect(steps).toEqual([
      { kind: "progress", text: "Reading ${{ task.event.subject }}" },
      { kind: "wait", duration: 90_000 },
      { kind: "usage", tokens: 1200, usd: 0.02, turns: 1 },
      { kind: "event", type: "review.noted", subject: "x", data: { lines: 12 } },
      { when: "security", kind: "fail", error: "no", retry: true },
      { kind: "fail", error: "Not mine.", retry: false },
      { kind: "result", result: { outcome: "approved", of: "${{ task }}" } },
    ])
  })

  it("may be JSON", () => {
    expect(read('[{"progress":"a"},{"result":[1,null,true]}]')).toEqual({
      steps: [
        { kind: "progress", text: "a" },
        { kind: "result", result: [1, null, true] },
      ],
      errors: [],
    })
  })

  it.each([
    ["", "1:1 error: A script is a list of steps"],
    ["progress: a", "1:1 error: A script is a list"],
    ["- a", "1:3 error: A step is a map"],
    ["- progress: a\n- progess: b", '2:3 error: A step has no key "progess". Did you mean "progress"?'],
    ["- { progress: a, result: 1 }", "1:3 error: A step has exactly one of"],
    ["- { when: a }", "1:3 error: A step has exactly one of"],
    ["- progress:", '1:3 error: "progress" has no value'],
    ["- progress: 5", "1:13 error: `progress` is a text"],
    ["- wait: 200", "1:9 error: `wait` is a duration"],
    ["- usage: { usd: -1 }", "1:17 error: `usd` is a number of at least 0"],
    ["- usage: { dollars: 1 }", '1:12 error: Usage has no key "dollars"'],
    ["- usage: {}", "1:10 error: Usage names tokens, usd or turns"],
    ["- event: { data: 1 }", '1:10 error: An event needs the key "type"'],
    ['- event: { type: "a b" }', "1:18 error: The type is dotted words"],
    ["- fail: { retry: true }", '1:9 error: A failure needs the key "error"'],
    ["- result: ${{ data.title }}", "1:11 error: A path in `${{ .. }}` begins with one of"],
    ["- { when: '${{ message }}', result: 1 }", "1:11 error: `when` is compared with the message as it stands"],
    ["- result: 1\n---\n- result: 2", "3:1 error: A script is one document"],
    ["- result: [1", "error:"],
    ["- result: 1\n".repeat(MAX_STEPS + 1), `${MAX_STEPS + 1}:3 error: A script has at most ${MAX_STEPS} steps`],
  ])("says where it is wrong: %j", (content, error) => {
    const { errors } = read(content)
    expect(errors[0]).toContain(error)
    expect(errors).toHaveLength(1)
  })
})

/** What `docs/executors.md` shows is what the executor makes of it. */
import { describe, expect, it } from "vitest"
import type { RunLimits } from "../../src/domain/organization.ts"
import { command } from "../../src/executors/command.ts"
import type { Chunk } from "../../src/executors/Executor.ts"
import * as output from "../../src/executors/output.ts"
import { executorKinds } from "../../src/executors/registry.ts"
import { taskInput } from "../../src/executors/taskInput.ts"
import { execution, runToEnd, shell } from "../executors/execution.ts"
import { type Marked, markedIn } from "./examples.ts"

const page = markedIn("docs/executors.md")
const marked = (kind: string): ReadonlyArray<Marked> => page.filter((one) => one.kind === kind)
const cells = (kind: string): ReadonlyArray<string> =>
  marked(kind)
    .flatMap(({ text }) => text.split("\n").slice(2))
    .map((row) => /^\| `([^`]+)`/.exec(row)![1]!)

/** All that a run can say; what the daemon says of its processes is its own. */
const SAID = { progress: 0, usage: 0, event: 0, checkpoint: 0, result: 0 } satisfies Record<
  Exclude<Chunk["kind"], "process">,
  0
>

describe("docs/executors.md", () => {
  it("names every kind, and every key that is understood", () => {
    expect(cells("kinds").toSorted()).toEqual(executorKinds)
    expect(cells("keys")).toEqual(Object.keys(SAID))
  })

  it("shows what a run is given, with all its parts", () => {
    const shown = JSON.parse(marked("input")[0]!.text) as object
    const given = taskInput(execution({ config: { kind: "command" }, environment: { CHARTER_URL: "http://x" } }))
    expect(Object.keys(shown)).toEqual(Object.keys(given))
  })

  it.each(marked("run").map((one) => [`line ${one.line}`, one] as const))("%s is what happens", async (_, example) => {
    const { limits = {}, ...task } = JSON.parse(example.argument || "{}") as { readonly limits?: RunLimits }
    const { chunks } = await runToEnd(command, shell(example.text, { task, limits }))
    const says = page[page.indexOf(example) + 1]!
    expect(says.kind).toBe("says")
    const found = chunks.filter(({ kind }) => kind !== "process").map((chunk) => JSON.stringify(chunk))
    // The two streams come in no order of their own.
    expect(found.toSorted()).toEqual(says.text.split("\n").toSorted())
  })

  it("has the bounds of the code", () => {
    const rows = marked("bounds").flatMap(({ text }) =>
      [...text.matchAll(/^\|[^|]+\| ([\d,]+)[^|]*\| `(\w+)` \|$/gm)].map(
        ([, value, name]) => [name!, Number(value!.replaceAll(",", ""))] as const,
      ),
    )
    expect(rows.length).toBeGreaterThan(5)
    for (const [name, value] of rows) expect([name, (output as Record<string, unknown>)[name]]).toEqual([name, value])
  })
})

/** What was let through before the operator was asked for it is not written. */
import { expect, it } from "vitest"
import type { Aspect, ChangeMeaning } from "../domain/change.ts"
import type { Actor } from "../domain/event.ts"
import { describeSetChange } from "../language/describe/describeSetChange.ts"
import { parseFile } from "../language/load.ts"
import { needsOperatorAfterAll } from "./deciding.ts"

const setOf = (members: string) => parseFile("a.yaml", `organization: "@a"\nmembers:\n${members}`)
const meaning: ChangeMeaning = describeSetChange(
  setOf("  - { human: dana }\n"),
  setOf("  - { human: dana }\n  - { agent: evil, executor: { kind: command, run: [id] } }\n"),
)
const asked = (kind: Actor["kind"], aspects: ReadonlyArray<Aspect>) => ({
  actor: { name: "dana", kind, roles: [] },
  data: { aspects },
})

it("a change that comes to say what is executed needs the operator's word", () => {
  expect(meaning.aspects).toEqual(["executors", "members"])
  expect(needsOperatorAfterAll({ meaning }, asked("human", ["members"]))).toMatchObject({ code: "concerns-others" })
  expect(needsOperatorAfterAll({ meaning }, asked("human", ["executors", "members"]))).toBeUndefined()
  expect(needsOperatorAfterAll({ meaning }, asked("operator", ["members"]))).toBeUndefined()
  const taking = { ...meaning, aspects: ["executors", "environment"] as const }
  expect(needsOperatorAfterAll({ meaning: taking }, asked("human", ["executors"]))).toMatchObject({
    code: "concerns-others",
    reason: expect.stringContaining("environment"),
  })
  expect(needsOperatorAfterAll({ meaning: taking }, asked("human", ["executors", "environment"]))).toBeUndefined()
  const harmless = { ...meaning, aspects: ["members"] as const }
  expect(needsOperatorAfterAll({ meaning: harmless }, asked("human", ["members"]))).toBeUndefined()
})

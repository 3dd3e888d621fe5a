/**
 * The scenarios are whole: each effect is shown where its event is allowed, denied, held, and in shadow, and so are
 * changes of the rules. That they are
 * played across a kill -9 and from a rebuild, over REST and in contract tests alike, is `scenarios.test.ts`.
 */
import { describe, expect, it } from "vitest"
import { isChangeRequest } from "../../src/domain/change.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { EFFECT_NAMES } from "../../src/language/schemas/effects.ts"
import { playCase } from "../../src/testing/playCase.ts"
import { loadScenarios } from "../support/scenarios/load.ts"

const WAYS = ["allow", "deny", "hold", "shadow"] as const

/** `effect way` of everything that the scenarios show. */
const shown = new Set<string>()

const show = (definitions: Definitions, records: ReadonlyArray<LogRecord>): void => {
  for (const { event, decision } of records) {
    if (decision === undefined) continue
    const matched = new Set(decision.outcomes.map(({ contract }) => contract))
    if (isChangeRequest(event.type)) shown.add(`change ${decision.verdict}`)
    for (const { contract, shadow } of definitions.cell(event.org, event.type).candidates)
      for (const { effect } of contract.then) {
        if (!shadow) shown.add(`${effect} ${decision.verdict}`)
        else if (matched.has(contract.fullName)) {
          shown.add(`${effect} shadow`)
          if (isChangeRequest(event.type)) shown.add("change shadow")
        }
      }
  }
}

for (const { contracts, organizations, tests } of loadScenarios()) {
  const definitions = new Definitions({ revision: "test", contracts, organizations })
  for (const one of tests) for (const testCase of one.cases) playCase(definitions, one, testCase, { add: show })
}

describe.each([...EFFECT_NAMES, "change"])("%s", (kind) => {
  it.each(WAYS)("%s", (way) => {
    expect([...shown]).toContain(`${kind} ${way}`)
  })
})

/** The kernel lives through random lives; and a kernel with a mistake planted in it is found out. */
import { afterEach, describe, expect, it, vi } from "vitest"
import type { LogRecord } from "../../src/domain/record.ts"
import type { OrganizationState } from "../../src/kernel/state.ts"
import { describeFound } from "./report.ts"
import { simulate, type Simulation } from "./simulate.ts"

/** `CHARTER_SIMULATION_STEPS` for more of them, `CHARTER_SEED` for the same ones again. */
const STEPS = Number(process.env["CHARTER_SIMULATION_STEPS"] ?? 200_000)
const SEED = Number(process.env["CHARTER_SEED"] ?? 1)

it(`breaks nothing in ${STEPS} steps from seed ${SEED}`, { timeout: 120_000 + STEPS * 4 }, () => {
  const { found, types, compared } = simulate(SEED, STEPS)
  expect(found === undefined ? "" : describeFound(found)).toBe("")
  expect(compared).toBeGreaterThan(STEPS / 10)
  for (const type of [
    "proposal.succeeded",
    "hold.continued",
    "proposal.escalated",
    "proposal.executed",
    "approval.revoked",
    "document.owner.changed",
    "task.completed",
    "task.checkpoint",
    "cron",
    "agent.stopped",
    "agent.interrupted",
    "contract.changed",
    "contract.change.failed",
    "budget.exceeded",
  ])
    expect(types.get(type) ?? 0, type).toBeGreaterThan(0)
})

type Module = Readonly<Record<string, unknown>>

/** What the simulator finds where a function of the kernel is another one. */
const withMistake = async (module: string, mistake: (real: Module) => Module, seed: number): Promise<Simulation> => {
  vi.resetModules()
  vi.doMock(module, async (real) => {
    const original = await real<Module>()
    return { ...original, ...mistake(original) }
  })
  return (await import("./simulate.ts")).simulate(seed, 20_000)
}
type Function = (...parameters: ReadonlyArray<unknown>) => unknown

describe("a mistake in the kernel", () => {
  afterEach(() => vi.doUnmock("../../src/kernel/tally.ts"))

  it.each<readonly [string, string, (real: Module) => Module, RegExp, seed: number]>([
    [
      "a defeat is counted as success",
      "../../src/kernel/tally.ts",
      ({ tally }) => ({
        tally: (...parameters: ReadonlyArray<unknown>) => {
          const told = (tally as Function)(...parameters) as { readonly state: string }
          return told.state === "defeated" ? { state: "succeeded" } : told
        },
      }),
      /invariant 3: .* has succeeded with/,
      1,
    ],
    [
      "a limit lets one more through",
      "../../src/kernel/limits.ts",
      ({ checkLimit }) => ({
        checkLimit: (
          windows: unknown,
          rule: { readonly limit: { readonly max: number } },
          ...rest: ReadonlyArray<unknown>
        ) => (checkLimit as Function)(windows, { ...rule, limit: { ...rule.limit, max: rule.limit.max + 1 } }, ...rest),
      }),
      /should be (?:deny|hold), and is/,
      1,
    ],
    [
      "a snapshot forgets how often a task has failed",
      "../../src/kernel/snapshot.ts",
      ({ decodeState }) => ({
        decodeState: (text: string) => (decodeState as Function)(text.replaceAll(/"failures":\d/g, '"failures":7')),
      }),
      /a snapshot reads otherwise|not the fold of the log|decided otherwise/,
      1,
    ],
    [
      "a change that was refused is carried out",
      "../../src/kernel/changes.ts",
      ({ foldHeld }) => ({
        foldHeld: (state: unknown, event: unknown) => (foldHeld as Function)(state, event, true, ""),
      }),
      /has taken effect, and was not let through/,
      1,
    ],
    [
      "a member who was elected gets nothing",
      "../../src/kernel/motions.ts",
      () => ({ enforced: () => [] }),
      /was chosen by .*, and has got nothing/,
      1,
    ],
    [
      "an approval that was taken back goes on",
      "../../src/kernel/evolve.ts",
      ({ evolve }) => ({
        evolve: (
          state: OrganizationState,
          definitions: unknown,
          record: LogRecord,
          ...rest: ReadonlyArray<unknown>
        ) => {
          const standing = [...state.standing]
          ;(evolve as Function)(state, definitions, record, ...rest)
          if (record.event.type === "approval.revoked") for (const [id, one] of standing) state.standing.set(id, one)
        },
      }),
      /has voted on .* by .*, which was taken back/,
      7004,
    ],
    [
      "what follows is never cut to what one commit holds",
      "../../src/kernel/bounds.ts",
      () => ({ ROOMS: [] }),
      /is more than one commit holds/,
      81,
    ],
  ])("%s, and it is found", { timeout: 120_000 }, async (_, module, mistake, said, seed) => {
    const { found } = await withMistake(module, mistake, seed)
    vi.doUnmock(module)
    expect(found?.broken.join("\n")).toMatch(said)
    expect(found!.life.steps.length).toBeLessThan(50)
  })
})

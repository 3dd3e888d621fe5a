/** Plays many cases on one daemon, in the order of their times: all that happens at one time, then the next. */
import type { CastCase } from "./cast.ts"
import { RestCase } from "./RestCase.ts"
import type { Stage } from "./Stage.ts"

/** Cases that take a step at the same time. */
const AT_ONCE = 8

/** `kill`: after each step of each case the daemon is killed before the case takes its next one. */
export const playOverRest = async (
  stage: Stage,
  cast: ReadonlyArray<CastCase>,
  kill: boolean,
): Promise<ReadonlyArray<string>> => {
  const cases = cast.map((one) => new RestCase(one))
  const stepped = new Set<RestCase>()
  for (;;) {
    const waiting = cases.filter(({ steps }) => steps.length > 0)
    if (waiting.length === 0) break
    const at = Math.min(...waiting.map(({ steps }) => steps[0]!.at))
    const round = waiting.filter(({ steps }) => steps[0]!.at === at)
    if (kill && round.some((one) => stepped.has(one))) {
      await stage.restart()
      stepped.clear()
    }
    await stage.advance(at)
    const left = [...round]
    const worker = async (): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        await one.take(stage, one.steps.shift()!)
        stepped.add(one)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  }
  return cases.flatMap(({ failures }) => failures)
}

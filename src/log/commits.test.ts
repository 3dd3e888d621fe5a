import { Effect, Fiber } from "effect"
import { expect, it } from "vitest"
import { makeCommits } from "./commits.ts"

const busyFor = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it("has other work done while it wakes many, and wakes each once", async () => {
  const commits = makeCommits(0)
  let woken = 0
  const waiters = Array.from({ length: 40 }, () =>
    Effect.runFork(
      Effect.map(commits.reached(1), () => {
        woken++
        busyFor(1)
      }),
    ),
  )
  const early = Effect.runFork(commits.reached(2))
  let turns = 0
  const count = (): void => {
    if (woken === waiters.length) return
    turns++
    setImmediate(count)
  }
  commits.advance(1)
  setImmediate(count)
  await Effect.runPromise(Fiber.joinAll(waiters))
  expect(woken).toBe(waiters.length)
  expect(turns).toBeGreaterThanOrEqual(5)
  expect(early.pollUnsafe()).toBeUndefined()
  commits.advance(2)
  await Effect.runPromise(Fiber.join(early))
})

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeLoad, nextInTurn, type Waiting } from "./dispatch.ts"

interface Work extends Waiting {
  readonly name: string
}
const work = (name: string, agent: string, org: string, most = 1): Work => ({
  name,
  agent: `${agent}${org}`,
  org,
  most,
})

/** Runs the queue with so many places, each run as long as one round; the names in the order of their starts. */
const played = (queue: ReadonlyArray<Work>, places: number): ReadonlyArray<ReadonlyArray<string>> => {
  const load = makeLoad()
  const waiting = new Set(queue)
  const rounds: Array<Array<string>> = []
  while (waiting.size > 0) {
    const round: Array<Work> = []
    for (let next; round.length < places && (next = nextInTurn(waiting, load)) !== undefined;) {
      waiting.delete(next)
      load.begin(next)
      round.push(next)
    }
    for (const one of round) load.end(one)
    rounds.push(round.map(({ name }) => name))
  }
  return rounds
}

const anyWork = fc
  .array(fc.record({ agent: fc.constantFrom("a", "b", "c"), org: fc.constantFrom("@x", "@y", "@z") }), {
    maxLength: 40,
  })
  .map((list) => list.map(({ agent, org }, index) => work(String(index), agent, org, agent === "c" ? 3 : 1)))
const places = fc.integer({ min: 1, max: 6 })

describe("the turns of tasks", () => {
  it("let nobody wait for another's queue", () => {
    const queue = [...Array.from({ length: 5 }, (_, index) => work(`x${index}`, "a", "@x")), work("y0", "a", "@y")]
    expect(played(queue, 1).flat()).toEqual(["x0", "y0", "x1", "x2", "x3", "x4"])
    const one = [...Array.from({ length: 3 }, (_, index) => work(`a${index}`, "a", "@x", 3)), work("b0", "b", "@x")]
    expect(played(one, 1).flat()).toEqual(["a0", "b0", "a1", "a2"])
    expect(played(one, 2)).toEqual([
      ["a0", "b0"],
      ["a1", "a2"],
    ])
  })

  it("start everything once, within every bound, an agent's tasks in their order, and leave no place empty", () => {
    fc.assert(
      fc.property(anyWork, places, (queue, count) => {
        const rounds = played(queue, count)
        const byName = new Map(queue.map((one) => [one.name, one]))
        expect(rounds.flat().toSorted()).toEqual([...byName.keys()].toSorted())
        let left = [...queue]
        for (const round of rounds) {
          expect(round.length).toBeLessThanOrEqual(count)
          const begun = round.map((name) => byName.get(name)!)
          const of = (agent: string) => begun.filter((one) => one.agent === agent)
          for (const { agent, most } of begun) expect(of(agent).length).toBeLessThanOrEqual(most)
          for (const { agent } of left) {
            const first = left.filter((one) => one.agent === agent).slice(0, of(agent).length)
            expect(of(agent).map(({ name }) => name)).toEqual(first.map(({ name }) => name))
          }
          left = left.filter(({ name }) => !round.includes(name))
          if (round.length < count) for (const { agent, most } of left) expect(of(agent)).toHaveLength(most)
        }
      }),
      { numRuns: 300 },
    )
  })

  it("come to every organization that waits before any comes twice", () => {
    fc.assert(
      fc.property(anyWork, places, (queue, count) => {
        const order = played(queue, count).flat()
        const orgOf = new Map(queue.map(({ name, org }) => [name, org]))
        const orgs = new Set(queue.map(({ org }) => org))
        expect(new Set(order.slice(0, orgs.size).map((name) => orgOf.get(name)))).toEqual(orgs)
      }),
      { numRuns: 300 },
    )
  })
})

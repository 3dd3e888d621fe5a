/** Events of about 260 bytes of JSON, for the shape that a number of contracts has. */
import type { Event } from "../../src/domain/event.ts"
import { makeRandom } from "./random.ts"
import { shapeFor } from "./shape.ts"

export const EVENT_COUNT = 20_000
export const ACTOR_COUNT = 500

export const ENVIRONMENTS = ["dev", "test", "stage", "prod", "sandbox"]
export const BRANCHES = ["main", "release", "feature"]
export const FOLDERS = ["src", "docs", "infra", "db", "ui"]
export const TAGS = ["urgent", "reviewed", "signed", "external", "bot"]

const START = Date.parse("2026-11-02T09:00:00.000Z")

export const makeEvents = (contracts: number, count: number = EVENT_COUNT): ReadonlyArray<Event> => {
  const { organizations, types } = shapeFor(contracts)
  const random = makeRandom(104_729)
  return Array.from({ length: count }, (_, index): Event => {
    const kind = random.next()
    const branch = random.next()
    return {
      id: `e${index}`,
      source: "bench",
      type: random.pick(types),
      time: new Date(START + index).toISOString(),
      org: random.pick(organizations),
      actor: {
        name: `u${random.below(ACTOR_COUNT)}`,
        kind: kind < 0.6 ? "agent" : kind < 0.9 ? "human" : "external",
        roles: [],
      },
      data: {
        env: random.pick(ENVIRONMENTS),
        amount: random.below(1_000),
        path: `${random.pick(FOLDERS)}/m${random.below(50)}/f${random.below(50)}.ts`,
        tags: TAGS.filter(() => random.next() < 0.6),
        repo: {
          name: `repo${random.below(40)}`,
          branch: branch < 0.6 ? "main" : branch < 0.85 ? "release" : "feature",
          stats: { files: random.below(100), lines: random.below(5_000) },
        },
      },
      correlationid: `e${index}`,
      seq: index + 1,
    }
  })
}

/** Who changed a contract, when, and by what. */
import { Effect } from "effect"
import type { BuiltinData } from "../../domain/builtins.ts"
import { requesterOf } from "../../domain/event.ts"
import { orDidYouMean } from "../../language/suggest.ts"
import { fail, visibleOrganizations } from "../access.ts"
import type { Revised } from "../views/changes.ts"
import type { Service } from "../Service.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"

const PAGE_RECORDS = 100
/** How a line about a contract goes on behind its name, without and with a title. */
const NAMED = [": ", "): "]
/** Times that one history lists. */
const MAX_LISTED_TIMES = 1_000

export const historyOperations = (dependencies: Dependencies): Pick<typeof Service.Service, "contractHistory"> => {
  const { log } = dependencies

  const askerOf = (changes: ReadonlyArray<string>) =>
    Effect.forEach(changes, (change) =>
      Effect.map(log.findById(change), ([record]) =>
        record === undefined ? change : requesterOf(record.event.actor).name,
      ),
    )

  return {
    contractHistory: Effect.fnUntraced(function* (identity, name) {
      const definitions = definitionsOf(dependencies)
      const visible = visibleOrganizations(definitions, identity)
      const scope = name.slice(0, Math.max(0, name.indexOf("/")))
      const seen = visible === undefined || [...visible].some((org) => definitions.view(org).chain.includes(scope))
      const found: Array<Revised> = []
      for (let cursor = "", end = !seen || scope === ""; !end && found.length < MAX_LISTED_TIMES;) {
        const page = yield* log.latest({ org: scope, types: ["contracts.revised"] }, cursor, PAGE_RECORDS)
        for (const { record } of page.items) {
          const data = record.event.data as BuiltinData["contracts.revised"]
          const what = (["added", "removed", "changed"] as const).find((how) => data[how].includes(name))
          if (what === undefined) continue
          const { origin, meaning, revision } = data
          const askers = yield* askerOf(origin?.changes ?? [])
          const by = [...new Set([...askers, ...(origin === undefined || origin.disk ? ["operator"] : [])])].join(", ")
          const line = meaning?.find((one) => NAMED.some((rest) => one.includes(`${name}${rest}`)))
          const [change] = origin?.changes ?? []
          found.push({
            revision,
            at: record.event.time,
            what,
            by,
            ...(change === undefined ? undefined : { change }),
            ...(origin === undefined ? undefined : { origin }),
            ...(line === undefined ? undefined : { meaning: line }),
          })
        }
        cursor = page.next
        end = page.end
      }
      if (found.length > 0) return found
      return yield* fail(
        "not-found",
        "contract-unknown",
        `there has been no contract "${name}" that ${identity.name} may see${seen ? orDidYouMean(name, definitions.contracts.keys()) : ""}`,
      )
    }),
  }
}

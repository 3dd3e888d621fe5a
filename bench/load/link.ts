/** Linking and indexing checked contracts: what a start and every change of the files pay before the switch. */
import { Definitions } from "../../src/kernel/definitions.ts"
import { type ConditionsInput, readWorkload } from "../conditions/input.ts"
import type { Prepare } from "../contest/contestant.ts"

const prepare: Prepare<ConditionsInput> = (input) => {
  const { events, ...rules } = readWorkload(input)
  const touched = [...new Map(events.map(({ org, type }) => [`${org} ${type}`, { org, type }])).values()]
  const link = (): Definitions => {
    const definitions = new Definitions({ revision: "bench", ...rules })
    for (const { org, type } of touched) definitions.cell(org, type)
    return definitions
  }
  const begun = performance.now()
  link()
  const first = performance.now() - begun
  const { heapBytes, kept } = heapOf(link)
  return {
    // One piece of work, however long it takes: a rate of links.
    slice: () => {
      const start = performance.now()
      link()
      return 1_000 / (performance.now() - start)
    },
    figures: () => ({
      firstMs: first,
      bytesPerContract: heapBytes / kept.contracts.size,
      cells: touched.length,
    }),
  }
}

export default prepare

/** What stays on the heap of one linked set with its cells, the contracts in normal form not counted. */
const heapOf = (link: () => Definitions): { readonly heapBytes: number; readonly kept: Definitions } => {
  const before = heapNow()
  const kept = link()
  return { heapBytes: heapNow() - before, kept }
}

const heapNow = (): number => {
  for (let index = 0; index < 3; index++) globalThis.gc!()
  return process.memoryUsage().heapUsed
}

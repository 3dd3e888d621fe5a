/** The six invariants, over the log of a daemon that has ended, as lines for the demo's last chapter. */
import { inspect } from "../testing/inspect.ts"
import { livingRuns } from "../testing/livingRuns.ts"

export interface CheckedInvariant {
  readonly invariant: string
  readonly problems: ReadonlyArray<string>
}

const INVARIANTS = [
  "Every event that was acknowledged is in the log once, with one decision under one revision.",
  "Nothing that was denied, held or expired had an effect; nothing that was allowed lacks it.",
  "A proposal is decided once, by its frozen electorate; a vote counts once; expiry never means yes.",
  "The live state is the fold of the log; the read models are the same after a rebuild.",
  "The hash chain verifies.",
  "No process of a run outlives it.",
]

/** `acknowledged`: what publishers were told. The daemon must have ended. */
export const checkInvariants = async (
  data: string,
  acknowledged: ReadonlyArray<{
    readonly org: string
    readonly id: string
    readonly seq: number
    readonly verdict: string
  }>,
): Promise<{ readonly records: number; readonly checked: ReadonlyArray<CheckedInvariant> }> => {
  const { violations, records } = await inspect(data, {}, { acknowledged, processes: livingRuns(data), settled: true })
  return {
    records: records.length,
    checked: INVARIANTS.map((invariant, index) => ({
      invariant,
      problems: violations.filter((one) => one.invariant === index + 1).map(({ what }) => what),
    })),
  }
}

/**
 * The invariants of the daemon, checked from outside: over the records of a log, what the read models show, and what
 * the log says of its own chain. Nothing of the kernel is used, so a mistake there does not hide itself.
 *
 * 1. Every event that was acknowledged is in the log once, with one decision under one revision.
 * 2. Nothing that was denied, held or expired had an effect; nothing that was allowed lacks it.
 * 3. A proposal is decided once, by its frozen electorate, under the revision it was opened under; a vote counts once;
 *    expiry never means yes.
 * 4. Live state = fold of the log = state after a rebuild.
 * 5. The hash chain verifies.
 * 6. No process of a run outlives it by more than its grace; no token outlives its run.
 */
import { checkAcknowledged } from "./acknowledged.ts"
import { checkEffects, checkFiring, checkTask } from "./effects.ts"
import type { Evidence, Say, Violation } from "./evidence.ts"
import { checkHold } from "./holds.ts"
import { indexOf } from "./logIndex.ts"
import { checkProposal } from "./proposals.ts"
import { checkRemains } from "./remains.ts"
import { checkViews } from "./views.ts"

export const checkInvariants = (evidence: Evidence): ReadonlyArray<Violation> => {
  const found: Array<Violation> = []
  const say: Say = (invariant, what) => void found.push({ invariant, what })
  const log = indexOf(evidence.records, say)
  checkAcknowledged(evidence, log, say)
  for (const one of log.decided) checkEffects(one, log, say)
  for (const firing of log.firings) checkFiring(firing, log, say)
  for (const hold of log.holds.values()) checkHold(hold, log, say)
  for (const proposal of log.proposals.values()) checkProposal(proposal, log, say)
  for (const task of log.tasks.values()) checkTask(task, evidence.settled === true, say)
  checkViews(evidence, log, say)
  for (const { what, one, other } of evidence.same ?? [])
    if (one !== other) say(4, `${what} differ: ${firstDifference(one, other)}`)
  for (const { org, seq, what } of evidence.verify.broken) say(5, `${org} ${seq}: ${what}`)
  if (evidence.verify.records !== log.size) say(5, `${evidence.verify.records} records were verified of ${log.size}`)
  checkRemains(evidence, log, say)
  return found
}

const firstDifference = (one: string, other: string): string => {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return `"${one.slice(at, at + 80)}" against "${other.slice(at, at + 80)}"`
}

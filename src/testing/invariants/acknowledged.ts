/** 1. Every event that was acknowledged is in the log once, with one decision under one revision. */
import type { Evidence, Say } from "./evidence.ts"
import { type LogIndex, place } from "./logIndex.ts"

export const checkAcknowledged = ({ acknowledged = [] }: Evidence, { bySeq }: LogIndex, say: Say): void => {
  for (const { org, id, seq, verdict } of acknowledged) {
    const record = bySeq.get(place(org, seq))
    if (record?.event.id !== id)
      say(1, `${org} ${seq}: ${id} was acknowledged, and the log has ${record?.event.id ?? "nothing"} there`)
    else if ((record.decision?.verdict ?? "allow") !== verdict)
      say(1, `${org} ${seq}: ${verdict} was answered, and ${record.decision?.verdict} is recorded`)
  }
}

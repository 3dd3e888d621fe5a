/** The exact action that an approval is for. */
import canonicalize from "canonicalize"
import { type Event, requesterOf } from "../domain/event.ts"
import { sha256 } from "../domain/sha256.ts"

/** SHA-256, hex, of RFC 8785 (JSON Canonicalization Scheme) over organization, onbehalf, type, subject and data. */
export const actionDigest = (event: Event): string => {
  const requester = requesterOf(event.actor)
  const action = {
    organization: event.org,
    onbehalf: { name: requester.name, kind: requester.kind },
    type: event.type,
    subject: event.subject ?? null,
    data: event.data ?? null,
  }
  return sha256(canonicalize(action) ?? "")
}

/** Standing approvals. */
import { Schema } from "effect"
import { named, Time } from "./parts.ts"

const { Struct, Int, String: Text } = Schema

export const standing = { id: Text, by: Text, contract: Text, requester: Text, type: Text, until: Time, left: Int }

export const StandingResult = named(
  Struct({ ...standing, org: Text }),
  "StandingApproval",
  "A vote that its elector gives again by himself, `left` times more at most; `id` is the vote that gave it.",
)

/** Delegations. */
import { Schema } from "effect"
import { named } from "./parts.ts"

const { Struct, String: Text } = Schema

export const DelegationResult = named(
  Struct({ id: Text, from: Text, to: Text, on: Text, expires: Text, org: Text }),
  "Delegation",
  "A human's votes on held events of a pattern, given to another.",
)

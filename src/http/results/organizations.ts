/** Organizations and their members. */
import { Schema } from "effect"
import { MemberKind, named, optional, texts } from "./parts.ts"

const { Struct, Array: list, Finite, Literals, String: Text } = Schema

export const MemberResult = named(
  Struct({ name: Text, kind: MemberKind, roles: texts, weight: Finite }),
  "Member",
  "An agent or a human in an organization.",
)

export const OrganizationResult = named(
  Struct({
    id: Text,
    name: optional(Text),
    description: optional(Text),
    parent: optional(Text),
    default: Literals(["allow", "deny"]),
    timezone: Text,
    owner: optional(Text),
    members: list(MemberResult),
    channels: texts,
  }),
  "Organization",
  "Contracts, members and context. `default`: what becomes of a request that no contract speaks to.",
)

/** Tokens. */
import { Schema } from "effect"
import { TOKEN_KINDS } from "../../domain/token.ts"
import { named, optional, texts, Time } from "./parts.ts"

const { Struct, Literals, String: Text } = Schema

export const TokenResult = named(
  Struct({
    id: Text,
    identity: Text,
    kind: Literals([...TOKEN_KINDS, "run", "join"]),
    roles: optional(texts),
    created: Time,
    expires: optional(Text),
    revoked: optional(Time),
  }),
  "Token",
  "A token, without its secret.",
)

export const NewTokenResult = named(
  Struct({ id: Text, token: Text }),
  "NewToken",
  "A token's secret, shown this once and kept nowhere.",
)

export const IdentityResult = named(
  Struct({
    kind: Literals([...TOKEN_KINDS, "run"]),
    name: Text,
    org: optional(Text),
  }),
  "Identity",
  "Who a token belongs to. `org`: the only organization that it is for.",
)

/** A change of the rules that somebody asks for by publishing its request: the same operation by another door. */
import { Effect, Schema } from "effect"
import { CHANGE_RULES } from "../../domain/change.ts"
import { fail } from "../access.ts"
import type { Texts } from "../views/changes.ts"
import type { Service } from "../Service.ts"
import { textsOf } from "./changes.ts"
import type { PublishChange } from "./events.ts"

const Text = Schema.NullOr(Schema.String)
const ChangeData = Schema.Struct({
  files: Schema.Union([
    Schema.Record(Schema.String, Text),
    Schema.Array(Schema.Struct({ file: Schema.String, text: Text })),
  ]),
})
const JoinData = Schema.Struct({ member: Schema.String, roles: Schema.optionalKey(Schema.Array(Schema.String)) })
const decodeChange = Schema.decodeUnknownOption(ChangeData)
const decodeJoin = Schema.decodeUnknownOption(JoinData)

/** The answer is that of the first organization that decides. What is said beside `files`, `member` and `roles` is worked out anew. */
export const publishedChange =
  (
    { propose }: Pick<typeof Service.Service, "propose">,
    { join }: Pick<typeof Service.Service, "join">,
  ): PublishChange =>
  (identity, { type, id, org, data }) =>
    Effect.gen(function* () {
      if (type === CHANGE_RULES) {
        const decoded = decodeChange(data)
        if (decoded._tag === "None") return yield* fail("invalid", "change-malformed", CHANGE_SHAPE)
        const asked = { files: filesOf(decoded.value), ...(id === undefined ? undefined : { id }) }
        const { requests, duplicate } = yield* propose(identity, asked)
        return duplicate === true ? { ...requests[0]!, duplicate } : requests[0]!
      }
      const decoded = decodeJoin(data)
      if (decoded._tag === "None") return yield* fail("invalid", "join-malformed", JOIN_SHAPE)
      const { member: name, roles } = decoded.value
      const where = org ?? identity.org
      if (where === undefined)
        return yield* fail("invalid", "organization-missing", 'say with "org" which organization to join')
      const { request } = yield* join(identity, where, { name, ...(roles === undefined ? undefined : { roles }) })
      return request ?? (yield* fail("conflict", "already-a-member", `${name} is a member of ${where} already`))
    })

const filesOf = ({ files }: typeof ChangeData.Type): Texts => (Array.isArray(files) ? textsOf(files) : (files as Texts))

const CHANGE_SHAPE =
  "a change of the rules is { files }: the path of each file, such as contracts/deploys.yaml, and its new text, or null where it is to go"
const JOIN_SHAPE = "a join is { member, roles? }: the name of a human"

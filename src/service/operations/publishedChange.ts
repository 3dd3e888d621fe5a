/** A change of the rules that somebody asks for by publishing its request: the same operation by another door. */
import { isDeepStrictEqual } from "node:util"
import { Effect, Schema } from "effect"
import { type ChangeRequested, CHANGE_RULES, isChangeRequest } from "../../domain/change.ts"
import { fail } from "../access.ts"
import type { Texts } from "../changes.ts"
import type { Service } from "../Service.ts"
import { answerOf } from "./answers.ts"
import type { Dependencies } from "./dependencies.ts"
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

/** Names of changes that may be chosen: they name files, too. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

/** The answer is that of the first organization that decides. What is said beside `files`, `member` and `roles` is worked out anew. */
export const publishedChange =
  (
    dependencies: Dependencies,
    { propose }: Pick<typeof Service.Service, "propose">,
    { join }: Pick<typeof Service.Service, "join">,
  ): PublishChange =>
  (identity, { type, id, org, data }) =>
    Effect.gen(function* () {
      if (id !== undefined && !ID.test(id))
        return yield* fail("invalid", "id-malformed", "a change's id is letters, digits, _ and -, 1 to 128 of them")
      if (type === CHANGE_RULES) {
        const decoded = decodeChange(data)
        if (decoded._tag === "None") return yield* fail("invalid", "change-malformed", CHANGE_SHAPE)
        const files = textsOf(decoded.value)
        const known = id === undefined ? undefined : yield* published(dependencies, id, identity.source)
        if (known !== undefined) {
          const asked = known.event.data as ChangeRequested
          const same = isDeepStrictEqual(files, textsOf({ files: asked.files }))
          return same
            ? { ...answerOf(known.event, known.decision), duplicate: true as const }
            : yield* fail("conflict", "event-differs", `the id "${id}" names another change`)
        }
        const { requests } = yield* propose(identity, { files, ...(id === undefined ? undefined : { id }) })
        return requests[0]!
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

const published = (dependencies: Dependencies, id: string, source: string) =>
  Effect.flatMap(dependencies.log.findById(id), (records) => {
    const record = records.find(({ event }) => isChangeRequest(event.type))
    return record === undefined || record.event.source === source
      ? Effect.succeed(record)
      : fail("conflict", "event-differs", `the id "${id}" names somebody else's change`)
  })

const textsOf = ({ files }: typeof ChangeData.Type): Texts =>
  Array.isArray(files) ? Object.fromEntries(files.map(({ file, text }) => [file, text])) : (files as Texts)

const CHANGE_SHAPE =
  "a change of the rules is { files }: the path of each file, such as contracts/deploys.yaml, and its new text, or null where it is to go"
const JOIN_SHAPE = "a join is { member, roles? }: the name of a human"

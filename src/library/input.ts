/** What a program hands over, read as at the doors: nobody checks the types of a program at run time. */
import { Result, Schema } from "effect"
import { PROPOSAL_STATES, HOLD_STATES } from "../domain/proposal.ts"
import { TASK_STATES } from "../domain/task.ts"
import { decoder } from "../http/decode.ts"
import { readEvent } from "../http/envelope.ts"
import { MAX_LISTED_ROWS, MAX_WAIT_MS } from "../http/limits.ts"
import type { Problem, ProblemError } from "../http/problem.ts"
import { Cursor, EventPattern, Name, Reason } from "../http/schemas.ts"
import type { EventInput } from "../service/views/events.ts"
import { CharterError } from "./CharterError.ts"
import type { NewEvent } from "./types.ts"

const optional: typeof Schema.optionalKey = Schema.optionalKey

const between = (least: number, most: number) =>
  Schema.Finite.check(
    Schema.makeFilter(
      (number: number) =>
        (Number.isInteger(number) && number >= least && number <= most) ||
        `Expected a whole number from ${least} to ${most}`,
    ),
  )

const Events = Schema.Struct({
  org: optional(Name),
  types: optional(Schema.Array(EventPattern)),
  after: optional(Cursor),
})

const Rows = Schema.Struct({
  org: optional(Name),
  after: optional(Cursor),
  limit: optional(between(1, MAX_LISTED_ROWS)),
})

const MAX_PORT = 65_535

const reader = <F extends Schema.Struct.Fields>(what: string, schema: Schema.Struct<F> & Schema.Decoder<unknown>) => {
  const decode = decoder(schema, "body")
  return (given: unknown): Schema.Struct<F>["Type"] => {
    const read = decode(said(given))
    if (Result.isFailure(read)) throw misuse(what, read.failure)
    return read.success
  }
}

export const readOpenOptions = reader(
  "Charter.open",
  Schema.Struct({
    workspace: optional(Schema.NonEmptyString),
    files: optional(Schema.Record(Schema.String, Schema.String)),
    data: optional(Schema.NonEmptyString),
    listen: optional(
      Schema.Struct({
        host: Schema.optional(Schema.NonEmptyString),
        port: Schema.optional(between(0, MAX_PORT)),
      }),
    ),
    environment: optional(Schema.Record(Schema.String, Schema.UndefinedOr(Schema.String))),
  }),
)
export const readEventQuery = reader(
  "events",
  Schema.Struct({
    ...Events.fields,
    correlationid: optional(Name),
    limit: Rows.fields.limit,
    order: optional(Schema.Literals(["oldest", "newest"])),
  }),
)
export const readEventFilter = reader("follow", Events)
export const readHoldFilter = reader(
  "holds",
  Schema.Struct({ ...Rows.fields, state: optional(Schema.Literals(HOLD_STATES)) }),
)
export const readProposalFilter = reader(
  "proposals",
  Schema.Struct({ ...Rows.fields, member: optional(Name), state: optional(Schema.Literals(PROPOSAL_STATES)) }),
)
export const readTaskFilter = reader(
  "tasks",
  Schema.Struct({ ...Rows.fields, member: optional(Name), state: optional(Schema.Literals(TASK_STATES)) }),
)
export const readVote = reader("vote", Schema.Struct({ choice: Name, reason: optional(Reason) }))

const readPublishOptions = reader("publish", Schema.Struct({ wait: optional(between(0, MAX_WAIT_MS)) }))
export const readWait = (options: unknown): number | undefined => readPublishOptions(options).wait

const readId = reader("id", Schema.Struct({ id: Name }))
export const idOf = (given: unknown): string => readId({ id: given }).id

/** An event as REST takes it: what is near to an attribute and none is refused, where it would not be decided as meant. */
export const eventOf = (given: NewEvent): EventInput => {
  const read = readEvent(said(given))
  if (Result.isFailure(read)) throw misuse("publish", read.failure)
  return read.success
}

/** A program says `undefined` where it has nothing to say. */
const said = (given: unknown): unknown =>
  typeof given === "object" && given !== null && !Array.isArray(given)
    ? Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    : given

const misuse = (what: string, { detail, more }: Problem): CharterError => {
  const errors = (more?.["errors"] ?? []) as ReadonlyArray<ProblemError>
  const named = errors.map((error) => `${error.pointer ?? ""} ${error.detail}`.trim()).join("; ")
  return new CharterError("invalid-options", `${what}: ${named === "" ? detail : named}.`, { errors })
}

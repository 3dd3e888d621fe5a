/** `charter explain` */
import type { Client } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { Failure, misuse } from "../failure.ts"
import { plainLines } from "../text.ts"

export const explain = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const id = given.arguments[0]!
  if (id.trim() === "") throw misuse("An event's id is not empty.", "Ids are in: charter events")
  const query = { org, source: textOption(given, "source") }
  const client = await connect(invocation, "anyone")
  const explanation = await client.explain(id, query).catch(async (failure: unknown) => {
    const whole = isUnknown(failure) ? await completed(client, id, org) : undefined
    if (whole === undefined) throw failure
    return client.explain(whole, query)
  })
  output.answer(explanation, () => plainLines(explanation.text))
}

const isUnknown = (failure: unknown): boolean => failure instanceof Failure && failure.problem?.status === 404

/** So few characters are no beginning of an id that anybody has seen. */
const MIN_BEGINNING_CHARACTERS = 4
/** How many of the latest events a beginning is looked for in. */
const LOOKED_THROUGH_EVENTS = 1_000

/** The one recent event whose id begins like this. */
const completed = async (client: Client, beginning: string, org: string | undefined): Promise<string | undefined> => {
  if (beginning.length < MIN_BEGINNING_CHARACTERS) return undefined
  const { items } = await client.events({ org, limit: String(LOOKED_THROUGH_EVENTS) })
  const ids = [...new Set(items.map(({ id }) => id).filter((id) => id.startsWith(beginning)))]
  if (ids.length > 1)
    throw new Failure(`${ids.length} of the latest events have an id that begins with ${beginning}.`, {
      next: ids.slice(0, 5).map((id) => `charter explain ${id}`),
    })
  return ids[0]
}

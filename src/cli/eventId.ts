/** Events by the beginning of their id, as `charter events` shows it on a terminal. */
import type { Client } from "./client.ts"
import { Failure, misuse } from "./failure.ts"

/** Asks about the event of this id; where there is none, about the one whose id begins so. */
export const askAboutEvent = async <A>(
  client: Client,
  id: string,
  org: string | undefined,
  ask: (id: string) => Promise<A>,
): Promise<A> =>
  ask(id).catch(async (failure: unknown) => {
    const whole = isUnknown(failure) ? await completed(client, id, org) : undefined
    if (whole === undefined) throw failure
    return ask(whole)
  })

/** Before a daemon is started for it. */
export const checkEventId = (id: string): string => {
  if (id.trim() === "") throw misuse("An event's id is not empty.", "Ids are in: charter events")
  return id
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
      next: ids.slice(0, 5).map((id) => `${id}`),
    })
  return ids[0]
}

/** `charter events` */
import type { ShownEvent } from "../answers.ts"
import { type Client } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { Failure } from "../failure.ts"
import { readLimit } from "../limit.ts"
import { dim, type Output } from "../output.ts"
import { briefTime, readTime } from "../times.ts"
import { clip, pad, plain, shortId } from "../text.ts"
import { VERDICTS } from "../verdicts.ts"

export const events = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const since = textOption(given, "since")
  const type = textOption(given, "type")?.split(",")
  const query = {
    org,
    type,
    since: since === undefined ? undefined : readTime(since, "--since", new Date()),
    limit: readLimit(given),
  }
  const client = await connect(invocation, "anyone")
  if (given.options["follow"] === true) return followed(client, output, { org, type, since: query.since }, query.limit)
  const list = await client.events(query)
  output.answer(list, () =>
    list.items.length === 0
      ? `No events ${since === undefined && type === undefined ? "yet" : "match"}. Publish one: charter publish TYPE`
      : list.items.toReversed().map(lineOf(output)).join("\n"),
  )
}

/** What there is, then what comes; nothing twice. */
const followed = async (
  client: Client,
  output: Output,
  query: {
    readonly org: string | undefined
    readonly type: ReadonlyArray<string> | undefined
    readonly since: string | undefined
  },
  limit: string,
): Promise<void> => {
  const line = lineOf(output)
  // The stream begins before the list is asked for, so that nothing falls between the two.
  const stream = await client.follow({ org: query.org, type: query.type })
  const { items } = await client.events({ ...query, limit })
  const shown = new Set<string>()
  const show = (event: ShownEvent): void => {
    const key = `${event.org} ${event.seq}`
    if (!shown.has(key)) output.item(event, () => line(event))
  }
  for (const event of items.toReversed()) {
    show(event)
    shown.add(`${event.org} ${event.seq}`)
  }
  for await (const { event } of stream) show(event)
  throw new Failure("The daemon has ended the stream.", { next: ["See how it is: charter status"] })
}

const TYPE_COLUMNS = 26
const ACTOR_COLUMNS = 14
const MIN_ACTOR_COLUMNS = 7
/** Of a line with all its columns; a narrower terminal takes from the actor first, then from the type. */
const LINE_COLUMNS = 71

/** One line within 80 columns, as long as the names are not too long. */
const lineOf = ({ columns }: Output): ((event: ShownEvent) => string) => {
  const now = new Date()
  const terminal = process.stdout.isTTY
  const missing = terminal ? Math.max(0, LINE_COLUMNS - columns) : 0
  const actorColumns = Math.max(MIN_ACTOR_COLUMNS, ACTOR_COLUMNS - missing)
  const typeColumns = TYPE_COLUMNS - Math.max(0, missing - (ACTOR_COLUMNS - actorColumns))
  return ({ id, type, time, org, actor, decision }) => {
    const shown = terminal ? shortId(plain(id)) : plain(id)
    const verdict = decision?.verdict
    const line = [
      dim(briefTime(time, now)),
      verdict === undefined ? pad("", VERDICT_COLUMNS) : VERDICTS[verdict](pad(verdict, VERDICT_COLUMNS)),
      pad(missing > 0 ? clip(plain(type), typeColumns) : plain(type), typeColumns),
      pad(clip(plain(actor), terminal ? actorColumns : actor.length), actorColumns),
      shown,
    ].join("  ")
    return columns > WIDE_COLUMNS || !terminal ? `${line}  ${dim(org)}` : line
  }
}

const WIDE_COLUMNS = 100
const VERDICT_COLUMNS = 7

/**
 * `charter import`: events of another log, published here anew.
 *
 * An import is testimony, not history: each event is decided by the contracts in force here and now, as something that
 * came from outside. It keeps its id and source, which make a second import of it do nothing, and its actor's name, but
 * nobody's rights. What a daemon reports (messages posted, holds, tasks, votes) is left out: it follows here by itself, or
 * not at all.
 */
import { open } from "node:fs/promises"
import { createInterface } from "node:readline"
import { amount } from "../../domain/amount.ts"
import { isReserved } from "../../domain/eventTypes.ts"
import { isJsonProblem, readStrictJsonText } from "../../domain/strictJson.ts"
import type { BatchAnswer } from "../../client/operations.ts"
import type { Client, NewEvent } from "../client.ts"
import { type Given, type Invocation } from "../command.ts"
import { connect, connectAs } from "../connect.ts"
import { EXIT_FAILED, Failure } from "../failure.ts"
import { bold, dim, green, red } from "../output.ts"
import { plain } from "../text.ts"
import { standardInput, unreadable } from "../textInput.ts"

/** As many as are published at once: in events, and in bytes of what is sent. */
const MAX_BATCH_EVENTS = 500
const MAX_BATCH_BYTES = 512 * 1024
/** Refused events that are named one by one. */
const MAX_NAMED_REFUSALS = 10
/** The token lasts no longer than an import may. */
const TOKEN_MS = 86_400_000

interface Line {
  readonly number: number
  readonly event: NewEvent
  readonly bytes: number
}

interface Refused {
  readonly line: number
  readonly reason: string
}

interface Summary {
  readonly imported: number
  readonly verdicts: Readonly<Record<string, number>>
  readonly duplicates: number
  readonly skipped: Readonly<Record<string, number>>
  readonly refused: number
  readonly refusals: ReadonlyArray<Refused>
}

export const importEvents = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output, org, tokenFile } = invocation
  const [file] = given.arguments
  const dry = given.options["dryRun"] === true
  const count = new Count()
  const input = file === undefined || file === "-" ? standardInput("Events, one a line") : await openFile(file)
  const work = dry
    ? publishLines(undefined, linesOf(input, org, count), count)
    : tokenFile === undefined
      ? asBridge(invocation, (client) => publishLines(client, linesOf(input, org, count), count))
      : publishLines(await connect(invocation, "anyone"), linesOf(input, org, count), count)
  await output
    .during(() => `${count.read} lines read, ${count.imported} events imported …`, work)
    .catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).syscall === "read") throw unreadable(file ?? "standard input", error)
      throw count.imported === 0 || !(error instanceof Failure)
        ? error
        : new Failure(`${error.message} ${count.imported} events have been imported.`, {
            next: ["Do it again: what is there is not imported twice.", ...error.next],
          })
    })
  const summary = count.summary()
  output.answer(summary, () => summaryText(summary, dry))
  return summary.refused > 0 ? EXIT_FAILED : 0
}

const openFile = async (file: string): Promise<NodeJS.ReadableStream> => {
  try {
    return (await open(file)).createReadStream()
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** A token for as long as the work takes, which may say whose the events are. */
const asBridge = async (invocation: Invocation, work: (client: Client) => Promise<void>): Promise<void> => {
  const operator = await connect(invocation, "operator")
  const { id, token } = await operator.createToken({
    identity: "import",
    kind: "bridge",
    expires: new Date(Date.now() + TOKEN_MS).toISOString(),
  })
  try {
    await work(await connectAs(invocation, token))
  } finally {
    await operator.revokeToken(id)
  }
}

class Count {
  read = 0
  imported = 0
  duplicates = 0
  refused = 0
  readonly verdicts: Record<string, number> = {}
  readonly skipped: Record<string, number> = {}
  readonly refusals: Array<Refused> = []

  refuse(line: number, reason: string): void {
    this.refused++
    if (this.refusals.length < MAX_NAMED_REFUSALS) this.refusals.push({ line, reason })
  }

  take(line: number, answer: BatchAnswer): void {
    if (!("verdict" in answer)) return this.refuse(line, answer.detail)
    if (answer.duplicate === true) this.duplicates++
    else {
      this.imported++
      this.verdicts[answer.verdict] = (this.verdicts[answer.verdict] ?? 0) + 1
    }
  }

  summary(): Summary {
    const { imported, verdicts, duplicates, skipped, refused, refusals } = this
    return { imported, verdicts, duplicates, skipped, refused, refusals }
  }
}

/** Lines that hold an event to publish; what is wrong with others is counted. */
async function* linesOf(input: NodeJS.ReadableStream, org: string | undefined, count: Count): AsyncGenerator<Line> {
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const number = ++count.read
    if (text.trim() === "") continue
    const event = eventOf(text, org)
    if (typeof event === "string") count.refuse(number, event)
    else if (isReserved(event.type) || event.type === "run.requested")
      count.skipped[event.type] = (count.skipped[event.type] ?? 0) + 1
    else yield { number, event, bytes: Buffer.byteLength(JSON.stringify(event)) }
  }
}

const ATTRIBUTES = new Set([
  "id",
  "source",
  "type",
  "subject",
  "time",
  "data",
  "org",
  "actor",
  "correlationid",
  "causationid",
  "traceparent",
])

/** What can be said of an event anew, of what an export says; or what is wrong with it. */
const eventOf = (text: string, org: string | undefined): NewEvent | string => {
  const read = readStrictJsonText(text)
  if (isJsonProblem(read)) return read.kind === "malformed-json" ? "it is no JSON" : read.detail
  const value = read.json as Readonly<Record<string, unknown>>
  if (typeof value !== "object" || value === null || typeof value["type"] !== "string") return "it is no event"
  if (typeof value["id"] !== "string" || typeof value["source"] !== "string")
    return "an event without id and source would be another one each time"
  const known = Object.fromEntries(Object.entries(value).filter(([name]) => ATTRIBUTES.has(name)))
  return { ...known, ...(org === undefined ? undefined : { org }) } as NewEvent
}

/** Without a client nothing is sent. */
const publishLines = async (client: Client | undefined, lines: AsyncIterable<Line>, count: Count): Promise<void> => {
  let batch: Array<Line> = []
  let bytes = 0
  const send = async (): Promise<void> => {
    const sent = batch
    batch = []
    bytes = 0
    if (client === undefined) return void (count.imported += sent.length)
    const answers = await client.publishAll(sent.map(({ event }) => event))
    answers.forEach((answer, index) => count.take(sent[index]!.number, answer))
  }
  for await (const line of lines) {
    // The daemon would refuse all that is sent with it, and each time anew. What is smaller it judges by itself.
    if (line.bytes > MAX_BATCH_BYTES) {
      count.refuse(line.number, `it has ${line.bytes} bytes, which is more than an event may have`)
      continue
    }
    if (batch.length >= MAX_BATCH_EVENTS || bytes + line.bytes > MAX_BATCH_BYTES) await send()
    batch.push(line)
    bytes += line.bytes
  }
  if (batch.length > 0) await send()
}

const summaryText = ({ imported, verdicts, duplicates, skipped, refused, refusals }: Summary, dry: boolean): string => {
  const left = Object.values(skipped).reduce((sum, one) => sum + one, 0)
  const how = Object.entries(verdicts).map(([verdict, number]) => `${number} ${VERDICT_WORDS[verdict] ?? verdict}`)
  return [
    dry
      ? bold(`${amount(imported, "event")} would be published, but for those that are here already. Nothing was.`)
      : `${green(bold(`${amount(imported, "event")} imported`))}${how.length === 0 ? "" : `: ${how.join(", ")}`}.`,
    ...(duplicates === 0 ? [] : [`${duplicates} had been published here before, and stay as they are.`]),
    ...(left === 0 ? [] : [dim(`${left} left out, which a daemon reports by itself: ${named(Object.keys(skipped))}.`)]),
    ...(refused === 0 ? [] : [red(`${refused} refused:`)]),
    ...refusals.map(({ line, reason }) => `  line ${line}: ${plain(reason)}`),
    ...(refused > refusals.length ? [`  and ${refused - refusals.length} more`] : []),
  ].join("\n")
}

const VERDICT_WORDS: Readonly<Record<string, string>> = {
  allow: "allowed",
  deny: "denied",
  hold: "held",
}

const MAX_NAMED_TYPES = 4
const named = (types: ReadonlyArray<string>): string =>
  types.length <= MAX_NAMED_TYPES ? types.join(", ") : `${types.slice(0, MAX_NAMED_TYPES).join(", ")}, …`

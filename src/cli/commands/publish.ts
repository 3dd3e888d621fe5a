/** `charter publish` */
import { randomUUID } from "node:crypto"
import { GLOBAL } from "../../domain/names.ts"
import { formatDuration, parseDuration } from "../../domain/duration.ts"
import { isJsonProblem, readStrictJsonText } from "../../domain/strictJson.ts"
import type { PublishAnswer } from "../answers.ts"
import type { Client, NewEvent } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { EXIT_FAILED, misuse } from "../failure.ts"
import { bold, dim, green, type Output, red, yellow } from "../output.ts"
import { proposalLines } from "../proposalText.ts"
import { plain } from "../text.ts"
import { textFile, textInput } from "../textInput.ts"

export const publish = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output, org } = invocation
  const until = waitOf(given)
  const data = await readData(eventData(given))
  const subject = textOption(given, "subject")
  const event: NewEvent = {
    // The same event can be asked about again, also by whoever repeats the command after a failure.
    id: textOption(given, "id") ?? randomUUID(),
    type: given.arguments[0]!,
    ...(org === undefined ? undefined : { org }),
    ...(subject === undefined ? undefined : { subject }),
    ...(data === undefined ? undefined : { data }),
  }
  const client = await connect(invocation, "anyone")
  const first = await client.publish(event)
  if (org === undefined && first.org === GLOBAL && !output.json) await noteOthers(client, output)
  if (until === undefined || !isHeld(first)) {
    const text = await decisionText(client, event, first)
    output.answer(first, () => text)
    return exitCodeOf(first)
  }
  output.note(await decisionText(client, event, first))
  const waiting = `waiting for a decision on ${first.hold ?? "it"} … (Ctrl-C: it stays held)`
  const { duplicate, ...later } = await output.during(() => waiting, released(client, event, first, until))
  // To ask again what has become of one's own event makes it no duplicate.
  const last: PublishAnswer = duplicate === undefined || first.duplicate === undefined ? later : { ...later, duplicate }
  const text = isHeld(last)
    ? `Still ${bold(yellow("held"))}: nobody has decided in time. It waits on.`
    : await decisionText(client, event, last)
  output.answer(last, () => text)
  return last.verdict === "allow" ? 0 : EXIT_FAILED
}

/** Whoever means an organization and does not say so has asked none of its contracts. */
const noteOthers = async (client: Client, output: Output): Promise<void> => {
  const { items } = await client.organizations()
  const other = items.find(({ id }) => id !== GLOBAL)
  if (other !== undefined)
    output.note(dim(`In ${GLOBAL}: only its contracts were asked. For others: --org ${other.id}`))
}

const isHeld = ({ verdict, holdState = "held" }: PublishAnswer): boolean => verdict === "hold" && holdState === "held"

export const exitCodeOf = ({ verdict }: PublishAnswer): number =>
  verdict === "allow" || verdict === "hold" ? 0 : EXIT_FAILED

/** When to stop waiting, in ms since 1970; `undefined` where nobody waits. */
const waitOf = (given: Given): number | undefined => {
  const wait = textOption(given, "wait")
  const timeout = textOption(given, "timeout")
  if (wait !== undefined && wait !== "release" && wait !== "decision")
    throw misuse(`--wait is decision or release, not ${JSON.stringify(wait)}.`)
  if (wait !== "release") {
    if (timeout !== undefined) throw misuse("--timeout is for --wait release.")
    return undefined
  }
  if (timeout === undefined) return Number.POSITIVE_INFINITY
  const duration = parseDuration(timeout)
  if (duration === undefined)
    throw misuse(`--timeout is a duration such as 90s or 10m, not ${JSON.stringify(timeout)}.`)
  return Date.now() + duration
}

/** One request waits at most this long; then the next one does. */
const WAIT_SLICE_MS = 60_000

const released = async (
  client: Client,
  event: NewEvent,
  first: PublishAnswer,
  until: number,
): Promise<PublishAnswer> => {
  let answer = first
  for (let left; isHeld(answer) && (left = until - Date.now()) > 0;)
    answer = await client.publish(event, { wait: "release", timeout: formatDuration(Math.min(left, WAIT_SLICE_MS)) })
  return answer
}

const eventData = ({ options: { data } }: Given): string | undefined => {
  const [text, more] = Array.isArray(data) ? (data as ReadonlyArray<string>) : []
  if (more !== undefined) throw misuse("An event has one --data.", DATA_FOLDER)
  return text
}

const DATA_FOLDER = "The data folder stands before the command:   charter --data FOLDER publish TYPE"

const readData = async (text: string | undefined): Promise<unknown> => {
  if (text === undefined) return undefined
  const json = text === "-" ? await textInput("-") : text.startsWith("@") ? await textFile(text.slice(1)) : text
  const read = readStrictJsonText(json)
  if (!isJsonProblem(read)) return read.json
  if (read.kind === "malformed-json")
    throw misuse(
      `The event's --data is not JSON: ${read.detail}.`,
      'In a shell, single quotes keep it together: --data \'{"environment":"production"}\'',
      "A text needs quotes of its own:              --data '\"hello\"'",
      "A file with JSON:                            --data @FILE",
      DATA_FOLDER,
    )
  throw misuse(`The event's --data is not taken: ${read.detail}.`)
}

export const decisionText = async (client: Client, event: NewEvent, answer: PublishAnswer): Promise<string> => {
  const what = `${event.type}${event.subject === undefined ? "" : ` on ${plain(event.subject)}`} in ${answer.org}`
  const earlier = answer.duplicate === true && answer.verdict === "allow" ? " (published before)" : ""
  const why = answer.reason === undefined ? what : plain(answer.reason)
  const lines = [
    HEADLINES[answer.verdict](what, why) + earlier,
    ...(await contractLines(client, answer)),
    ...(answer.tasks ?? []).map((task) => `  ${dim("task")}      ${task}  ${dim(`charter tasks show ${task}`)}`),
    `  ${dim("event")}     ${answer.id}`,
  ]
  if (isHeld(answer)) lines.push(...(await holdLines(client, answer)))
  else if (answer.verdict !== "allow")
    lines.push(dim(`Why, and what would change it: charter explain ${answer.id}${orgOption(answer)}`))
  return lines.join("\n")
}

const orgOption = ({ org }: PublishAnswer): string => (org === GLOBAL ? "" : ` --org ${org}`)

const HEADLINES: Readonly<Record<PublishAnswer["verdict"], (what: string, why: string) => string>> = {
  allow: (what) => `${bold(green("Allowed"))}: ${what}.`,
  deny: (_, why) => `${bold(red("Denied"))}: ${why}`,
  hold: (what) => `${bold(yellow("Held"))}: ${what} waits.`,
  expired: (_, why) => `${bold(red("Expired"))}: ${why}`,
}

/** With the place in the files, where the contract is still in force. */
const contractLines = async (client: Client, { contracts }: PublishAnswer): Promise<ReadonlyArray<string>> =>
  Promise.all(
    contracts.map(async (name) => {
      const contract = await client.contract(name).catch(() => undefined)
      const where = contract === undefined ? "" : `  ${contract.file}:${contract.line}`
      return `  ${dim("contract")}  ${name}${where}`
    }),
  )

const holdLines = async (client: Client, { hold, proposals = [] }: PublishAnswer): Promise<ReadonlyArray<string>> => {
  const now = new Date()
  // Not everybody who may publish may see them.
  const views = await Promise.all(proposals.map((id) => client.proposal(id).catch(() => undefined)))
  return [
    `  ${dim("held as")}   ${hold}`,
    ...views.flatMap((view) => (view === undefined ? [] : ["", ...proposalLines(view, now)])),
    "",
    dim(
      `Whoever can vote says: charter approve ${proposals[0] ?? "PROPOSAL"}, or: charter deny ${proposals[0] ?? "PROPOSAL"}`,
    ),
  ]
}

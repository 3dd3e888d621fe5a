/** One thing that waits, as a person is shown it before he decides. */
import type { ContractView, InboxItem, MessageView, ProposalView, ShownEvent } from "../answers.ts"
import type { Client } from "../client.ts"
import { jsonText } from "../jsonText.ts"
import { bold, dim, yellow } from "../output.ts"
import { lateText, tallyText, voteLines } from "../proposalText.ts"
import { briefTime, timeAndDistance } from "../times.ts"
import { plain, plainLines, shortId, wrap } from "../text.ts"

/** What is known of a proposal beside itself; absent where it may not be seen. */
export interface Case {
  readonly proposal: ProposalView
  readonly event: ShownEvent | undefined
  readonly contract: ContractView | undefined
}

export const caseOf = async (client: Client, proposal: ProposalView): Promise<Case> => {
  const [event, contract] = await Promise.all([
    heldEvent(client, proposal).catch(() => undefined),
    client.contract(proposal.contract).catch(() => undefined),
  ])
  return { proposal, event, contract }
}

/** What waits for it, or the request that a member opened it with. */
const heldEvent = async (client: Client, { hold, motion, org }: ProposalView): Promise<ShownEvent | undefined> => {
  if (hold === undefined) return motion === undefined ? undefined : client.event(motion.event, { org })
  const { event, source } = await client.hold(hold)
  return client.event(event, { org, source })
}

export interface Screen {
  readonly columns: number
  readonly rows: number
}

/** Lines of data, and of a rule, that a card shows: few enough that the whole card is seen at once. */
const MAX_DATA_LINES = 12
const MAX_RULE_LINES = 10
/** Lines of a card beside these, and of what stands above and below it. */
const OTHER_LINES = 12
const MAX_COLUMNS = 100

/** With endlessly many rows nothing is left out. */
export const proposalCard = ({ proposal, event, contract }: Case, { columns, rows }: Screen): string => {
  const room = Math.max(4, Math.floor((rows - OTHER_LINES - proposal.votes.length) / 2))
  const width = Math.min(columns, MAX_COLUMNS) - LABEL_COLUMNS
  const now = new Date()
  const field = (label: string, text: string): ReadonlyArray<string> =>
    text.split("\n").map((line, index) => `${dim((index === 0 ? label : "").padEnd(LABEL_COLUMNS))}${line}`)
  const prose = (label: string, text: string): ReadonlyArray<string> => field(label, wrap(text, width))
  const fields = (label: string, texts: ReadonlyArray<string>): ReadonlyArray<string> =>
    texts.length === 0 ? [] : field(label, texts.join("\n"))
  return [
    bold(wrap(plain(proposal.question), Math.min(columns, MAX_COLUMNS))),
    ...field("who asks", `${plain(proposal.requester)} in ${proposal.org}`),
    ...(event === undefined ? [] : field("what", actionText(event))),
    ...(event?.data === undefined
      ? []
      : fields("data", clipped(dataLines(event.data, width), most(room, MAX_DATA_LINES)))),
    ...(contract === undefined
      ? field("rule", proposal.contract)
      : [
          ...fields("rule", clipped(ruleLines(contract, width), most(room, MAX_RULE_LINES))),
          ...field("", dim(contract.name)),
          ...field("", dim(`${contract.file}:${contract.line}`)),
        ]),
    ...prose("votes", tallyText(proposal)),
    ...fields("", voteLines(proposal, now)),
    ...prose("until", `${timeAndDistance(proposal.deadline, now)}; ${lateText(proposal)}`),
  ].join("\n")
}

export const messageCard = (item: InboxItem, { columns }: Screen): string => {
  const width = Math.min(columns, MAX_COLUMNS) - LABEL_COLUMNS
  const lines = plainLines(item.text.trimEnd())
    .split("\n")
    .flatMap((line) => wrap(line, width).split("\n"))
  return [`${whence(item)}  ${dim(briefTime(item.at, new Date()))}`, ...lines.map((line) => `    ${line}`)].join("\n")
}

/** `dana mentions you in #general of @team` */
export const whence = ({ from, fromkind, kind, channel, org }: InboxItem): string => {
  const how =
    kind === "message" ? "writes to you" : channel === undefined ? "mentions you" : `mentions you in #${plain(channel)}`
  return `${author(from, fromkind)} ${how} ${dim(org)}`
}

/** Who is no member may go by any name. */
export const author = (name: string, kind: MessageView["fromkind"]): string =>
  kind === "external" ? `${bold(plain(name))} ${dim("(external)")}` : bold(plain(name))

const LABEL_COLUMNS = 10

const actionText = ({ type, subject, actor, onbehalf, id }: ShownEvent): string =>
  [
    yellow(plain(type)),
    ...(subject === undefined ? [] : [`on ${plain(subject)}`]),
    `by ${plain(actor)}${onbehalf === undefined ? "" : ` for ${plain(onbehalf)}`}`,
    dim(shortId(plain(id))),
  ].join(" ")

const dataLines = (data: unknown, width: number): ReadonlyArray<string> => plainLines(jsonText(data, width)).split("\n")

/** Its first line is the contract's name, which stands beside its place; the others are broken for another width. */
const ruleLines = ({ description }: ContractView, width: number): ReadonlyArray<string> => {
  const items: Array<{ readonly indent: number; text: string }> = []
  for (const line of plainLines(description).split("\n").slice(1)) {
    const text = line.trim()
    const indent = line.length - line.trimStart().length
    const last = items.at(-1)
    if (last !== undefined && indent > last.indent && !text.startsWith("- ")) last.text += ` ${text}`
    else items.push({ indent, text })
  }
  const least = Math.min(...items.map(({ indent }) => indent))
  return items.flatMap(({ indent, text }) =>
    wrap(text, width - (indent - least))
      .split("\n")
      .map((line) => `${" ".repeat(indent - least)}${line}`),
  )
}

const most = (room: number, bound: number): number => (Number.isFinite(room) ? Math.min(room, bound) : room)

const clipped = (lines: ReadonlyArray<string>, room: number): ReadonlyArray<string> =>
  lines.length <= room
    ? lines
    : [...lines.slice(0, room - 1), dim(`… ${lines.length - room + 1} lines more; o shows them`)]

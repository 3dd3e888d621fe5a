/** `charter export` */
import { amount } from "../../domain/amount.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { readTime } from "../times.ts"

/** As many as the daemon gives at once. */
const PAGE_EVENTS = "1000"

export const exportEvents = async (invocation: Invocation, given: Given): Promise<void> => {
  const { org, output } = invocation
  const from = textOption(given, "since")
  const since = from === undefined ? undefined : readTime(from, "--since", new Date())
  const client = await connect(invocation, "anyone")
  let written = 0
  for (let after: string | undefined, end = false; !end;) {
    const { items, next } = await client.events({ org, since, after, order: "asc", limit: PAGE_EVENTS })
    for (const event of items) await writeLine(JSON.stringify(event))
    written += items.length
    end = next === undefined || next === after
    after = next
  }
  if (process.stdout.isTTY || written === 0) output.note(`${amount(written, "event")}.`)
}

/** Waits for whoever reads, so that no more than a page is kept here. */
const writeLine = (line: string): Promise<void> | void => {
  if (!process.stdout.write(`${line}\n`)) return new Promise((resolve) => process.stdout.once("drain", () => resolve()))
}

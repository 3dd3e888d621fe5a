/** Server-sent events, out of the chunks that they come in. */
import type { Readable } from "node:stream"

export interface SentEvent {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

/** Comments, which are signs of life alone, are left out. */
export async function* sentEvents(response: Readable): AsyncGenerator<SentEvent> {
  response.setEncoding("utf8")
  let rest = ""
  for await (const chunk of response) {
    const blocks = (rest + (chunk as string)).split("\n\n")
    rest = blocks.pop() ?? ""
    for (const block of blocks) {
      const { data, ...fields } = fieldsOf(block)
      if (data !== undefined) yield { ...fields, data }
    }
  }
}

const fieldsOf = (block: string): Partial<SentEvent> =>
  Object.fromEntries(
    block.split("\n").flatMap((line) => {
      const colon = line.indexOf(": ")
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2)]] : []
    }),
  )

/** `charter tasks complete`, `fail`, `progress` and `log`: what becomes of one task. */
import { isJsonProblem, readStrictJsonText } from "../../domain/strictJson.ts"
import type { TaskView } from "../answers.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { dim } from "../output.ts"
import { briefTime } from "../times.ts"
import { plain, plainLines } from "../text.ts"

export const completeTask = (invocation: Invocation, given: Given): Promise<void> =>
  saying(invocation, async (client, id) => {
    const result = textOption(given, "result")
    return client.completeTask(id, result === undefined ? {} : { result: jsonOrText(result) })
  })(given)

export const failTask = (invocation: Invocation, given: Given): Promise<void> =>
  saying(invocation, (client, id) => {
    const again = given.options["again"] === true
    return client.failTask(id, { error: wordsOf(given, "why it has failed"), ...(again ? { again } : undefined) })
  })(given)

export const reportProgress = (invocation: Invocation, given: Given): Promise<void> =>
  saying(invocation, (client, id) => client.progressTask(id, { text: wordsOf(given, "how far it is") }))(given)

export const showTaskLog = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "anyone")
  const [id = ""] = given.arguments
  const now = new Date()
  for (let after: string | undefined, more = true; more;) {
    const page = await client.taskLog(id, { after, limit: PAGE_ROWS })
    for (const item of page.items)
      output.item(item, () => {
        const data = item.data === undefined ? "" : ` ${dim(plain(JSON.stringify(item.data)))}`
        const text = plainLines(item.text ?? "").replaceAll("\n", "\n          ")
        return `${dim(briefTime(item.at, now))}  ${text}${data}`
      })
    after = page.next
    more = after !== undefined
  }
}

const PAGE_ROWS = "200"

type Client = Awaited<ReturnType<typeof connect>>

const saying =
  (invocation: Invocation, say: (client: Client, id: string) => Promise<TaskView>) =>
  async (given: Given): Promise<void> => {
    const client = await connect(invocation, "person")
    const task = await say(client, given.arguments[0]!)
    invocation.output.answer(task, () => `Task ${task.id} is ${task.state}.`)
  }

const wordsOf = ({ arguments: [, ...words] }: Given, what: string): string => {
  const text = words.join(" ").trim()
  if (text === "") throw misuse(`Say ${what}.`)
  return text
}

const jsonOrText = (text: string): unknown => {
  const read = readStrictJsonText(text)
  if (!isJsonProblem(read)) return read.json
  if (read.kind === "malformed-json") return text
  throw misuse(`The result is not taken: ${read.detail}.`)
}

/** `charter tasks` */
import type { TaskState } from "../../domain/task.ts"
import { choiceOption } from "../choice.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { readLimit } from "../limit.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { table } from "../table.ts"
import { briefTime, timeAndDistance } from "../times.ts"
import { plain, plainLines } from "../text.ts"

export const listTasks = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output, org } = invocation
  const state = choiceOption(given, "state", Object.keys(STATES) as ReadonlyArray<TaskState>)
  const member = textOption(given, "member")?.replace(/^@/, "")
  const client = await connect(invocation, "anyone")
  const list = await client.tasks({ org, state, member, limit: readLimit(given) })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? state === undefined && member === undefined
        ? "There are no tasks. They follow from events that a contract routes: charter contracts"
        : "No task matches."
      : table(
          ["TASK", "STATE", "MEMBER", "TRY", "UPDATED", "CONTRACT"],
          list.items.map((task) => [
            task.id,
            STATES[task.state](task.state),
            plain(task.member),
            task.attempt > 1 ? String(task.attempt) : "",
            briefTime(task.updated, now),
            dim(task.contract),
          ]),
          output.columns,
        ),
  )
}

export const showTask = async (invocation: Invocation, given: Given): Promise<void> => {
  const task = await (await connect(invocation, "anyone")).task(given.arguments[0]!)
  const now = new Date()
  invocation.output.answer(task, () =>
    [
      `${bold(task.id)}  ${STATES[task.state](task.state)}  for ${plain(task.member)} in ${task.org}`,
      ...(task.goal === undefined ? [] : [`    ${dim("goal")}      ${plain(task.goal)}`]),
      `    ${dim("because")}   event ${plain(task.event)}, contract ${task.contract}`,
      `    ${dim("made")}      ${timeAndDistance(task.created, now)}`,
      `    ${dim("updated")}   ${timeAndDistance(task.updated, now)}`,
      `    ${dim("attempts")}  ${task.attempt}`,
      ...(task.error === undefined ? [] : [`    ${dim("error")}     ${red(plain(task.error))}`]),
      ...(task.result === undefined ? [] : [`    ${dim("result")}    ${resultText(task.result)}`]),
    ].join("\n"),
  )
}

export const cancelTask = async (invocation: Invocation, given: Given): Promise<void> => {
  const reason = textOption(given, "reason")
  const client = await connect(invocation, "anyone")
  const task = await client.cancelTask(given.arguments[0]!, reason === undefined ? {} : { reason })
  invocation.output.answer(task, () => `Task ${task.id} of ${plain(task.member)} is ${task.state}.`)
}

const STATES: Readonly<Record<TaskState, (text: string) => string>> = {
  queued: dim,
  running: yellow,
  waiting: yellow,
  parked: yellow,
  completed: green,
  failed: red,
  dead: red,
  cancelled: dim,
}

const resultText = (result: unknown): string =>
  plainLines(typeof result === "string" ? result : JSON.stringify(result, undefined, 2)).replaceAll(
    "\n",
    "\n              ",
  )

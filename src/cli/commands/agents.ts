/** `charter agents`, `charter interrupt` */
import { amount } from "../../domain/amount.ts"
import type { AgentView } from "../answers.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { table } from "../table.ts"
import { fromNow, timeAndDistance } from "../times.ts"
import { plain } from "../text.ts"

export const listAgents = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const list = await (await connect(invocation, "anyone")).agents({ org })
  const now = new Date()
  output.answer(list, () =>
    list.items.length === 0
      ? "There are no agents. Give an organization one:  - { agent: NAME, executor: { kind: command, run: [PROGRAM] } }"
      : table(
          ["AGENT", "STATE", "EXECUTOR", "RUNS", "QUEUED", "WAITING", "UNREAD", "SINCE", "NEXT"],
          list.items.map((agent) => [
            plain(`${agent.name}${agent.org}`),
            STATES[agent.state](agent.state),
            agent.executor ?? dim("none"),
            `${agent.running.length} of ${agent.runs}`,
            numberOrNothing(agent.queued),
            numberOrNothing(agent.waiting),
            numberOrNothing(agent.unread),
            sinceOf(agent, now),
            agent.schedule?.next === undefined ? "" : dim(fromNow(agent.schedule.next, now)),
          ]),
          output.columns,
        ),
  )
}

export const showAgent = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "anyone")
  const agent = await client.agent(given.arguments[0]!, { org: invocation.org })
  invocation.output.answer(agent, () => agentText(agent, new Date()))
}

export const stopAgent = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "anyone")
  const agent = await client.stopAgent(
    given.arguments[0]!,
    { org: invocation.org },
    { reason: textOption(given, "reason"), interrupt: given.options["interrupt"] === true ? true : undefined },
  )
  const { name, org, running } = agent
  const left = running.length
  invocation.output.answer(agent, () =>
    [
      `${plain(name)}${org} is stopped: it takes nothing until charter agents start ${plain(name)}${org}.`,
      ...(left === 0 ? [] : [dim(`${left === 1 ? "A run goes" : `${left} runs go`} on; charter interrupt ends it.`)]),
    ].join("\n"),
  )
}

export const startAgent = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "anyone")
  const agent = await client.startAgent(given.arguments[0]!, { org: invocation.org })
  invocation.output.answer(agent, () => `${plain(agent.name)}${agent.org} takes tasks again.`)
}

export const interrupt = async (invocation: Invocation, given: Given): Promise<void> => {
  const again = given.options["again"] === true
  const client = await connect(invocation, "anyone")
  const agent = await client.interruptAgent(
    given.arguments[0]!,
    { org: invocation.org },
    { reason: textOption(given, "reason"), again: again ? true : undefined },
  )
  invocation.output.answer(agent, () =>
    again
      ? `What ${plain(agent.name)}${agent.org} ran has ended, and is given to it again.`
      : `What ${plain(agent.name)}${agent.org} ran has ended, and its task with it.`,
  )
}

const STATES: Readonly<Record<AgentView["state"], (text: string) => string>> = {
  idle: green,
  executing: yellow,
  stopped: red,
}

const numberOrNothing = (count: number): string => (count === 0 ? "" : String(count))

const sinceOf = ({ stopped, running, idleSince }: AgentView, now: Date): string => {
  const since = stopped?.at ?? running[0]?.since ?? idleSince
  return since === undefined ? "" : dim(fromNow(since, now))
}

const agentText = (agent: AgentView, now: Date): string => {
  const { name, org, roles, executor, model, state, stopped, idleSince, running, schedule, limits } = agent
  const line = (what: string, text: string): string => `    ${dim(what.padEnd(9))} ${text}`
  const waiting = (["queued", "waiting", "unread"] as const)
    .filter((what) => agent[what] > 0)
    .map((what) => `${agent[what]} ${what}`)
  const bounds = Object.entries(limits).map(([what, bound]) => `${what} ${bound}`)
  return [
    `${bold(plain(`${name}${org}`))}  ${STATES[state](state)}`,
    ...(stopped === undefined
      ? []
      : [
          line(
            "stopped",
            `by ${plain(stopped.by)}, ${timeAndDistance(stopped.at, now)}${stopped.reason === undefined ? "" : `: ${plain(stopped.reason)}`}`,
          ),
        ]),
    ...(idleSince === undefined ? [] : [line("idle", `since ${timeAndDistance(idleSince, now)}`)]),
    ...running.map(({ run, task, attempt, since, goal, usd, tokens }) =>
      line(
        "runs",
        [
          `${plain(task)}${goal === undefined ? "" : `: ${plain(goal)}`}`,
          dim(`(${run}, attempt ${attempt}, since ${fromNow(since, now)}, ${usd} US dollars, ${tokens} tokens)`),
        ].join(" "),
      ),
    ),
    ...(waiting.length === 0 ? [] : [line("open", waiting.join(", "))]),
    line("executor", executor === undefined ? "none" : `${executor}${model === undefined ? "" : `, ${plain(model)}`}`),
    line("at once", amount(agent.runs, "run")),
    ...(bounds.length === 0 ? [] : [line("limits", bounds.join(", "))]),
    ...(schedule === undefined
      ? []
      : [
          line(
            "schedule",
            `${schedule.every === undefined ? schedule.cron : `every ${schedule.every} of idleness`}${schedule.next === undefined ? "" : `, next ${timeAndDistance(schedule.next, now)}`}`,
          ),
        ]),
    ...(roles.length === 0 ? [] : [line("roles", roles.map(plain).join(", "))]),
  ].join("\n")
}

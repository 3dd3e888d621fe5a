/** `charter agents new`, `change` and `rm`: changes of an organization's file. */
import type { BodyOf } from "../../client/operations.ts"
import { isJsonProblem, readStrictJsonText } from "../../domain/strictJson.ts"
import type { ChangeView } from "../answers.ts"
import { changeText } from "../changeText.ts"
import type { Client } from "../client.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { EXIT_FAILED, misuse } from "../failure.ts"
import { onlyOrganization } from "../onlyOrganization.ts"

export const newAgent = async (invocation: Invocation, given: Given): Promise<number> => {
  const agent = agentOf(given)
  if (agent.executor === undefined)
    throw misuse("Say how its tasks are run: --run COMMAND, or --executor JSON.", "See: charter executors")
  return change(invocation, given, (client, org, name) => client.createAgent({ ...agent, org, name }))
}

export const changeAgent = async (invocation: Invocation, given: Given): Promise<number> => {
  const agent = agentOf(given)
  if (Object.keys(agent).length === 0) throw misuse("Say what changes, such as --prompt TEXT or --role ROLE.")
  return change(invocation, given, (client, org, name) => client.changeAgent(name, { org }, agent))
}

export const removeAgent = async (invocation: Invocation, given: Given): Promise<number> =>
  change(invocation, given, (client, org, name) => client.removeAgent(name, { org }))

const change = async (
  invocation: Invocation,
  given: Given,
  ask: (client: Client, org: string, name: string) => Promise<ChangeView>,
): Promise<number> => {
  const [name = "", home] = given.arguments[0]!.replace(/^@/, "").split("@")
  const client = await connect(invocation, "anyone")
  const org = home === undefined ? (invocation.org ?? (await onlyOrganization(client))) : `@${home}`
  const answer = await ask(client, org, name)
  const text = await changeText(client, answer)
  invocation.output.answer(answer, () => text)
  return answer.state === "denied" || answer.state === "failed" ? EXIT_FAILED : 0
}

type Agent = Omit<BodyOf<"POST /v1/agents">, "name" | "org">

const agentOf = (given: Given): Agent => {
  const run = textOption(given, "run")
  const executor = textOption(given, "executor")
  const prompt = textOption(given, "prompt")
  const { role } = given.options
  if (run !== undefined && executor !== undefined) throw misuse("--run and --executor say the same; name one of them.")
  return {
    ...(Array.isArray(role) ? { roles: role as ReadonlyArray<string> } : undefined),
    ...(run === undefined ? undefined : { executor: { kind: "command", run: run.split(/\s+/) } }),
    ...(executor === undefined ? undefined : { executor: executorOf(executor) }),
    ...(prompt === undefined ? undefined : { prompt }),
  }
}

const executorOf = (text: string): NonNullable<Agent["executor"]> => {
  const read = readStrictJsonText(text)
  if (!isJsonProblem(read) && typeof read.json === "object" && read.json !== null && !Array.isArray(read.json))
    return read.json as NonNullable<Agent["executor"]>
  throw misuse(`--executor is JSON such as '{"kind":"command","run":["./fix.sh"]}', not ${JSON.stringify(text)}.`)
}

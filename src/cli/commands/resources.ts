/** `charter resource` */
import type { Given, Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { dim } from "../output.ts"
import { textInput } from "../textInput.ts"
import { decisionText, exitCodeOf } from "./publish.ts"

/** Prints the hash alone, so that `$(charter resource put FILE)` is it. */
export const putResource = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output } = invocation
  const [file] = given.arguments
  const text = await textInput(file)
  const client = await connect(invocation, "anyone")
  const org = invocation.org ?? (await onlyOrganization(client))
  const answer = await client.storeResource({ org }, text)
  const said =
    answer.verdict === "allow"
      ? answer.hash
      : await decisionText(client, { type: "resource.store.requested", org }, answer)
  output.answer(answer, () => said)
  if (answer.verdict === "allow" && !output.json)
    output.note(dim(`Kept in ${org}. Read it: charter resource get ${answer.hash}`))
  return exitCodeOf(answer)
}

export const getResource = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "anyone")
  const resource = await client.resource(given.arguments[0]!)
  output.exact(resource, resource.text)
}

/** The daemon, whole, on a TCP port: authenticated, decided under its contracts, answered after the commit. */
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"
import { makeEvents } from "../workload/events.ts"
import { loaded } from "./load.ts"
import { openDaemon } from "./openDaemon.ts"
import { agentTokens, connectionsOf, type HttpInput } from "./requests.ts"

const prepare: Prepare<HttpInput> = async (input) => {
  const { folder, contracts } = input
  const daemon = await openDaemon(folder, ruleFiles(contracts, "effects"))
  const tokens = await agentTokens(contracts, daemon.tokenFor)
  return loaded(daemon.port, connectionsOf(input, makeEvents(contracts), tokens), input.batch, daemon.close)
}

export default prepare

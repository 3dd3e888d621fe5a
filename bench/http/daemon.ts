/** The daemon, whole, on a TCP port: authenticated, decided under its contracts, answered after the commit. */
import type { Prepare } from "../contest/contestant.ts"
import { ruleFiles } from "../workload/contracts.ts"
import { makeEvents } from "../workload/events.ts"
import { shapeFor } from "../workload/shape.ts"
import { loaded } from "./load.ts"
import { openDaemon } from "./openDaemon.ts"
import { connectionsOf, type HttpInput } from "./requests.ts"

const prepare: Prepare<HttpInput> = async (input) => {
  const { folder, contracts } = input
  const daemon = await openDaemon(folder, ruleFiles(contracts, "effects"))
  const tokens = new Map<string, string>()
  for (const org of shapeFor(contracts).organizations) tokens.set(org, await daemon.tokenFor(`worker${org}`, "agent"))
  return loaded(daemon.port, connectionsOf(input, makeEvents(contracts), tokens), input.batch, daemon.close)
}

export default prepare

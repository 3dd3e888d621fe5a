/** The daemon: events are published, decided and committed, and every member of the organization is told. */
import type { Prepare } from "../contest/contestant.ts"
import { openDaemon } from "../http/openDaemon.ts"
import { type FanOutInput, toldTo } from "./toldTo.ts"

/** Tokens that are being made at the same time. */
const ASKED_AT_ONCE = 50

const prepare: Prepare<FanOutInput> = async ({ members, folder }) => {
  const names = Array.from({ length: members }, (_, index) => `m${index}`)
  const daemon = await openDaemon(folder, {
    "organizations/hall.yaml": [
      'organization: "@hall"',
      "members:",
      ...names.map((name) => `  - { human: ${name} }`),
      "",
    ].join("\n"),
  })
  const tokens: Array<string> = []
  for (let at = 0; at < members; at += ASKED_AT_ONCE)
    tokens.push(
      ...(await Promise.all(names.slice(at, at + ASKED_AT_ONCE).map((name) => daemon.tokenFor(`@${name}`, "human")))),
    )
  const headers = { "content-type": "application/json", authorization: `Bearer ${tokens[0]}` }
  const happen = async (events: number): Promise<void> => {
    const event = { type: "note.taken", org: "@hall", data: { text: "x".repeat(100) } }
    const body = JSON.stringify(Array.from({ length: events }, () => event))
    const response = await fetch(`${daemon.url}/v1/events`, { method: "POST", headers, body })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
  }
  return toldTo(`${daemon.url.replace("http", "ws")}/v1/ws`, tokens, happen, daemon.close)
}

export default prepare

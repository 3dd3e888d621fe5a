/** What a message must be before it is asked for: text, and one place to go that is there. */
import type { Refusal } from "../domain/refusal.ts"
import { refuse } from "../domain/refusal.ts"
import { memberName } from "../domain/names.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { orDidYouMean } from "../language/suggest.ts"

export const checkMessage = (definitions: Definitions, org: string, data: unknown): Refusal | undefined => {
  const { channel, to, text } = (data ?? {}) as { readonly channel?: unknown; readonly to?: unknown; text?: unknown }
  if (typeof text !== "string" || text.trim() === "")
    return malformed("its data has no text; write { channel | to, text }")
  if (typeof channel === "string" && to === undefined) return unknownChannel(definitions, org, channel)
  if (typeof to === "string" && channel === undefined) return unknownReceiver(definitions, org, to)
  return malformed("its data names a channel or a member: { channel, text } or { to, text }")
}

export const unknownChannel = (definitions: Definitions, org: string, channel: string): Refusal | undefined => {
  const { channels } = definitions.view(org).organization
  if (channels.includes(channel)) return undefined
  const meant = orDidYouMean(channel, channels, `there is ${channels.join(", ")}`)
  return refuse("not-found", "channel-unknown", `${org} has no channel "${channel}"${meant}`)
}

const unknownReceiver = (definitions: Definitions, org: string, to: string): Refusal | undefined => {
  const { members } = definitions.view(org)
  if (members.has(to) || definitions.isHuman(to)) return undefined
  if (to.startsWith("@") && members.has(memberName(to)))
    return malformed(`a member is named without its sign here: "${memberName(to)}"`)
  return refuse("not-found", "member-unknown", `nobody in ${org} is called "${to}"${orDidYouMean(to, members.keys())}`)
}

const malformed = (what: string): Refusal => refuse("invalid", "message-malformed", `this is no message: ${what}`)

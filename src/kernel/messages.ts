/** What becomes of a message when it is written: whom it mentions, and where its text is kept if it is long. Pure. */
import type { BuiltinData, MessagePosted } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow } from "./draft.ts"
import { keptText } from "./keptText.ts"
import { MAX_MENTIONS, mentionsIn } from "./mentions.ts"

/** A message keeps so many characters (UTF-16); a longer text becomes a resource, and the message keeps its beginning. */
export const MAX_MESSAGE_CHARACTERS = 4_000

/** A message as it goes into the log. */
export const writtenMessage = (draft: Draft, definitions: Definitions, org: string): Draft => {
  const message = draft.data as MessagePosted
  const { text, to, task } = message
  const author = draft.actor.name
  // What is said of a task is meant for whoever does it.
  const meant =
    task !== undefined
      ? []
      : mentionsIn(text, definitions.view(org).members, to === undefined ? [author] : [author, to])
  const addressed: MessagePosted =
    meant.length === 0
      ? message
      : {
          ...message,
          mentions: meant.slice(0, MAX_MENTIONS),
          ...(meant.length > MAX_MENTIONS ? { unmentioned: meant.length - MAX_MENTIONS } : undefined),
        }
  if (text.length <= MAX_MESSAGE_CHARACTERS) return addressed === message ? draft : { ...draft, data: addressed }
  const keep = keptText(text)
  const data: MessagePosted = {
    ...addressed,
    text: beginning(text),
    resource: keep.hash,
    bytes: Buffer.byteLength(text),
  }
  return { ...draft, data, keep }
}

/** What follows from a message in the log: its resource, and a `mention` for each member that is meant. */
export const afterMessage = (event: Event): ReadonlyArray<Draft> => {
  const { channel, text, mentions = [], resource, bytes } = event.data as MessagePosted
  if (mentions.length === 0 && resource === undefined) return NONE
  const { name: from, kind: fromkind } = event.actor
  const stored = resource === undefined ? NONE : [follow(event, "resource.stored", { hash: resource, bytes: bytes! })]
  const told = mentions.map((member): Draft => {
    const mention: BuiltinData["mention"] = {
      message: event.id,
      member,
      from,
      fromkind,
      text,
      ...(channel === undefined ? undefined : { channel }),
    }
    return { ...follow(event, "mention", mention), hops: (event.hops ?? 0) + 1 }
  })
  return [...stored, ...told]
}

const NONE: ReadonlyArray<Draft> = []

/** Cut between characters, not within a surrogate pair. */
const beginning = (text: string): string => {
  const end = MAX_MESSAGE_CHARACTERS - 1
  const cut = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
  return `${text.slice(0, cut)}…`
}

/** What a new revision means for one organization and its members, as events of theirs. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Member, Organization } from "../domain/organization.ts"

export type AdoptionEvent = {
  readonly [T in "organization.changed" | "member.joined" | "member.left"]: {
    readonly type: T
    readonly data: BuiltinData[T]
  }
}["organization.changed" | "member.joined" | "member.left"]

/** Members who are said one by one to have come or left with one revision: with what follows, one commit holds them. */
export const MAX_MEMBER_EVENTS = 256

/** An organization that is new says that it came, and not of its members. */
export const adoptionEvents = (
  org: string,
  old: Organization | undefined,
  now: Organization | undefined,
): ReadonlyArray<AdoptionEvent> => {
  if (old?.version === now?.version) return []
  const members = old === undefined ? [] : memberEvents(org, old.members, now?.members ?? [])
  const what = now === undefined ? "its file is gone" : old === undefined ? "it is new" : "its file has changed"
  const cut = `; of ${members.length} members who came or left, the first ${MAX_MEMBER_EVENTS} are said one by one`
  const summary = members.length > MAX_MEMBER_EVENTS ? what + cut : what
  return [
    { type: "organization.changed", data: { organization: org, version: now?.version ?? "", summary } },
    ...members.slice(0, MAX_MEMBER_EVENTS),
  ]
}

const memberEvents = (
  org: string,
  old: ReadonlyArray<Member>,
  now: ReadonlyArray<Member>,
): ReadonlyArray<AdoptionEvent> => {
  const told = (
    type: "member.joined" | "member.left",
    members: ReadonlyArray<Member>,
    others: ReadonlyArray<Member>,
  ): ReadonlyArray<AdoptionEvent> => {
    const known = new Set(others.map(({ name, kind }) => `${kind} ${name}`))
    return members
      .filter(({ name, kind }) => !known.has(`${kind} ${name}`))
      .map(({ name, kind, roles }) => ({ type, data: { organization: org, member: name, kind, roles } }))
  }
  return [...told("member.left", old, now), ...told("member.joined", now, old)]
}

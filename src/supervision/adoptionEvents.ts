/** What a new revision means for one organization and its members, as events of theirs. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Member, Organization } from "../domain/organization.ts"

export type AdoptionEvent = {
  readonly [T in "organization.changed" | "member.joined" | "member.left"]: {
    readonly type: T
    readonly data: BuiltinData[T]
  }
}["organization.changed" | "member.joined" | "member.left"]

/** An organization that is new says that it came, and not of its members. */
export const adoptionEvents = (
  org: string,
  old: Organization | undefined,
  now: Organization | undefined,
): ReadonlyArray<AdoptionEvent> => {
  if (old?.version === now?.version) return []
  const summary = now === undefined ? "its file is gone" : old === undefined ? "it is new" : "its file has changed"
  return [
    { type: "organization.changed", data: { organization: org, version: now?.version ?? "", summary } },
    ...(old === undefined ? [] : memberEvents(org, old.members, now?.members ?? [])),
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
  ): ReadonlyArray<AdoptionEvent> =>
    members
      .filter(({ name, kind }) => !others.some((other) => other.name === name && other.kind === kind))
      .map(({ name, kind, roles }) => ({ type, data: { organization: org, member: name, kind, roles } }))
  return [...told("member.left", old, now), ...told("member.joined", now, old)]
}

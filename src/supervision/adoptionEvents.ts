/** What a new set means for organizations and members, as events of theirs. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Member, Organization } from "../domain/organization.ts"

export type SetEvent = {
  readonly [T in "organization.changed" | "member.joined" | "member.left"]: {
    readonly org: string
    readonly type: T
    readonly data: BuiltinData[T]
  }
}["organization.changed" | "member.joined" | "member.left"]

/** In order of the organizations' names. A first set says of each organization that it came, and not of its members. */
export const setEvents = (
  previous: ReadonlyArray<Organization> | undefined,
  next: ReadonlyArray<Organization>,
): ReadonlyArray<SetEvent> => {
  const before = new Map((previous ?? []).map((organization) => [organization.id, organization]))
  const after = new Map(next.map((organization) => [organization.id, organization]))
  const events: Array<SetEvent> = []
  for (const org of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const old = before.get(org)
    const now = after.get(org)
    if (old?.version === now?.version) continue
    const summary = now === undefined ? "its file is gone" : old === undefined ? "it is new" : "its file has changed"
    events.push({
      org,
      type: "organization.changed",
      data: { organization: org, version: now?.version ?? "", summary },
    })
    if (previous !== undefined) events.push(...memberEvents(org, old?.members ?? [], now?.members ?? []))
  }
  return events
}

const memberEvents = (org: string, old: ReadonlyArray<Member>, now: ReadonlyArray<Member>): ReadonlyArray<SetEvent> => {
  const told = (type: "member.joined" | "member.left", members: ReadonlyArray<Member>, others: ReadonlyArray<Member>) =>
    members
      .filter(({ name, kind }) => !others.some((other) => other.name === name && other.kind === kind))
      .map(({ name, kind, roles }): SetEvent => ({ org, type, data: { organization: org, member: name, kind, roles } }))
  return [...told("member.left", old, now), ...told("member.joined", now, old)]
}

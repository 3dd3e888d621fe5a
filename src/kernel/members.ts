/** Members by the names that tasks have them under. */
import { HUMAN_EXECUTOR, type Member } from "../domain/organization.ts"
import type { Definitions } from "./definitions.ts"

/** In `org`; `name@org` is an agent of another organization. A human who is not in it is none of its members. */
export const memberOf = (definitions: Definitions, org: string, name: string): Member | undefined => {
  const [plain, home] = name.split("@") as [string, string?]
  return definitions.view(home === undefined ? org : `@${home}`).members.get(plain)
}

/**
 * The name by which `org` knows an agent that `home` calls `name`: that of its own member where it is the same agent, by
 * definition or by reference, else `name@home` of the organization that defines it.
 */
export const agentNameIn = (definitions: Definitions, org: string, name: string, home: string): string => {
  const known = definitions.view(home).members.get(name)?.ref ?? `${name}${home}`
  const [plain, defining] = known.split("@") as [string, string]
  const isOwn = `@${defining}` === org || definitions.view(org).members.get(plain)?.ref === known
  return isOwn ? plain : known
}

/** No executor runs the tasks of this member: they wait until somebody says that they are done. */
export const worksByHand = (definitions: Definitions, org: string, name: string): boolean => {
  const member = memberOf(definitions, org, name)
  if (member === undefined) return definitions.isHuman(name)
  return member.kind === "human" || member.executor?.kind === HUMAN_EXECUTOR
}

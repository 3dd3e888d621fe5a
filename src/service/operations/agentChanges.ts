/** Agents come, change and go: each a change of their organization's file, decided like any other. */
import { Effect } from "effect"
import { GLOBAL, memberName } from "../../domain/names.ts"
import { orDidYouMean } from "../../language/suggest.ts"
import { addMember, memberIn, replaceMember, type WrittenMember } from "../../workspace/memberEdits.ts"
import { checkOrganization, fail } from "../access.ts"
import type { AgentChange } from "../views/agents.ts"
import type { Identity } from "../identity.ts"
import type { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"

type Operations = Pick<typeof Service.Service, "createAgent" | "changeAgent" | "removeAgent">

export const agentChangeOperations = (
  dependencies: Dependencies,
  { propose }: Pick<typeof Service.Service, "propose">,
): Operations => {
  /** The file of the organization that is meant, as it is in force. */
  const fileOf = Effect.fnUntraced(function* (identity: Identity, named: string | undefined) {
    const definitions = definitionsOf(dependencies)
    const org = named ?? identity.org ?? GLOBAL
    yield* checkOrganization(definitions, identity, org)
    const { file } = definitions.view(org).organization.position
    const source = (yield* dependencies.workspace.current).files[file]
    return source === undefined
      ? yield* fail("not-found", "organization-without-file", `${org} has no file in which an agent could be named`)
      : { org, file, text: source.text, hash: source.hash }
  })

  const change = Effect.fnUntraced(function* (
    identity: Identity,
    named: string | undefined,
    written: string,
    make: (
      text: string,
      org: string,
      name: string,
      known: WrittenMember | undefined,
    ) => Effect.Effect<string | undefined, Refused>,
  ) {
    const { org, file, text, hash } = yield* fileOf(identity, named)
    const name = memberName(written)
    const next = yield* make(text, org, name, memberIn(text, org, name))
    if (next === undefined)
      return yield* fail(
        "conflict",
        "members-not-a-list",
        `the members of ${org} are not a list in ${file}; change the file instead`,
      )
    return yield* propose(identity, { files: { [file]: next }, base: { [file]: hash } })
  })

  const isAgent = (known: WrittenMember | undefined): known is WrittenMember =>
    known !== undefined && ("agent" in known || "ref" in known)

  const unknown = (org: string, name: string) => {
    const { members } = definitionsOf(dependencies).view(org).organization
    const agents = members.filter(({ kind }) => kind === "agent").map((one) => one.name)
    return fail("not-found", "agent-unknown", `${org} has no agent "${name}"${orDidYouMean(name, agents)}`)
  }

  return {
    createAgent: (identity, org, name, agent) =>
      change(identity, org, name, (text, where, plain, known) =>
        known === undefined
          ? Effect.succeed(addMember(text, where, { agent: plain, ...agent }))
          : fail("conflict", "name-taken", `${where} has a member "${plain}" already`),
      ),
    changeAgent: (identity, org, name, agent) =>
      change(identity, org, name, (text, where, plain, known) =>
        isAgent(known)
          ? Effect.succeed(replaceMember(text, where, plain, withChanges(known, agent)))
          : unknown(where, plain),
      ),
    removeAgent: (identity, org, name) =>
      change(identity, org, name, (text, where, plain, known) =>
        isAgent(known) ? Effect.succeed(replaceMember(text, where, plain, undefined)) : unknown(where, plain),
      ),
  }
}

const withChanges = (known: WrittenMember, agent: AgentChange): WrittenMember =>
  Object.fromEntries(Object.entries({ ...known, ...agent }).filter(([, value]) => value !== null))

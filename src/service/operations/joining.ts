/** Humans become members: asked for by themselves, by others, or with an operator's link. */
import { Effect, Semaphore } from "effect"
import { JOIN, type JoinRequested } from "../../domain/change.ts"
import { GLOBAL, memberName } from "../../domain/names.ts"
import { MEMBER_NAME } from "../../language/selectors.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import type { TokenView } from "../../log/Projections.ts"
import { operatorActor } from "../../supervision/actors.ts"
import { checkOperator, checkOrganization, fail, unknownOrganization } from "../access.ts"
import type { JoinAnswer } from "../views/joining.ts"
import type { Identity } from "../identity.ts"
import { makeToken } from "../makeToken.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { hashOf, MAX_TOKEN_LENGTH } from "../tokens.ts"
import { answerOf } from "./answers.ts"
import { askFor, newChangeId, outcomeOf, presentAnswer } from "./changes.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { submit } from "./submit.ts"

type Operations = Pick<typeof Service.Service, "join" | "createJoinLink">

/** How long a link is good where nobody says. */
export const LINK_MS = 7 * 86_400_000

/** Who asks, and what he may have for it. */
interface Asker {
  readonly identity: Identity
  readonly link?: TokenView
  readonly change: string
  readonly roles: ReadonlyArray<string>
  /** The new member gets a token with the answer. */
  readonly getsToken: boolean
}

export const joinOperations = (dependencies: Dependencies): Operations => {
  const { log, mailboxes, projections } = dependencies
  /** One use of a link after the other. */
  const turn = Semaphore.makeUnsafe(1)

  const checkPlace = (org: string) => {
    const definitions = definitionsOf(dependencies)
    const refusal = unknownOrganization(definitions, org)
    if (refusal !== undefined) return Effect.fail(new Refused({ refusal }))
    const organization = definitions.organizations.get(org)!
    return organization.version === "implicit"
      ? fail("not-found", "organization-unknown", `${org} has no file to which a member could be added`)
      : Effect.succeed(organization)
  }

  const checkName = (name: string, org: string) => {
    const { organizations } = definitionsOf(dependencies)
    if (!MEMBER_NAME.test(name))
      return fail("invalid", "name-malformed", `"${name}" is no name: letters, digits, _ and - are, such as dana`)
    const there = organizations.get(org)?.members.find((member) => member.name === name)
    return there?.kind === "agent" || RESERVED.has(name)
      ? fail(
          "conflict",
          "name-taken",
          `${name} is ${there === undefined ? "the daemon's own name" : `an agent of ${org}`}`,
        )
      : Effect.succeed(there !== undefined)
  }

  /** The request that somebody has made for the same member and that is still open. */
  const openRequest = Effect.fnUntraced(function* (org: string, member: string) {
    for (const { seq } of (yield* mailboxes.state(org)).changes.values()) {
      const record = yield* log.get(org, seq)
      if (record?.event.type === JOIN && (record.event.data as JoinRequested).member === member)
        return yield* presentAnswer(dependencies, answerOf(record.event, record.decision))
    }
    return undefined
  })

  const joined = Effect.fnUntraced(function* (
    { link, getsToken }: Asker,
    answer: Omit<JoinAnswer, "joined">,
  ): Effect.fn.Return<JoinAnswer, Refused | LogUnavailable> {
    const made = getsToken
      ? yield* makeToken(dependencies, { identity: `@${answer.member}`, kind: "human" })
      : undefined
    if (link !== undefined)
      yield* submit(dependencies, GLOBAL, {
        kind: "report",
        type: "token.revoked",
        actor: operatorActor,
        data: { id: link.id, by: answer.member },
      })
    return {
      ...answer,
      joined: true,
      ...(made === undefined ? undefined : { token: { id: made.id, token: made.token } }),
    }
  })

  const joinAs = Effect.fnUntraced(function* (asker: Asker, org: string, name: string) {
    const isMember = yield* checkName(name, org)
    if (isMember) return yield* joined(asker, { org, member: name })
    const open = yield* openRequest(org, name)
    const { change, roles, link } = asker
    const data: JoinRequested = {
      change,
      deciding: [org],
      member: name,
      roles,
      summary: `${name} joins ${org}${roles.length === 0 ? "" : ` as ${roles.join(", ")}`}`,
      ...(link === undefined ? undefined : { invitation: link.id }),
    }
    const request = open ?? (yield* askFor(dependencies, asker.identity, JOIN, data, name))[0]!
    const { state, reason } = yield* outcomeOf(dependencies, request.id, [request])
    return state === "changed"
      ? yield* joined(asker, { org, member: name, request })
      : { org, member: name, joined: false, request, ...(reason === undefined ? undefined : { reason }) }
  })

  const linkOf = (secret: string, org: string) => {
    const view = secret.length > MAX_TOKEN_LENGTH ? undefined : projections.tokenByHash(hashOf(secret))
    if (view?.kind !== "join" || organizationOf(view) !== org)
      return fail(
        "unauthenticated",
        "link-invalid",
        `this is no link to join ${org}; an operator makes one: charter join-link ${org}`,
      )
    if (view.revoked !== undefined)
      return fail("unauthenticated", "link-used", `this link was used, or taken back, at ${view.revoked}`)
    if (Date.parse(view.expires ?? "") <= Date.now())
      return fail("unauthenticated", "link-expired", `this link expired at ${view.expires}`)
    return Effect.succeed(view)
  }

  const joinByLink = Effect.fnUntraced(function* (secret: string, org: string, name: string) {
    const link = yield* linkOf(secret, org)
    const meant = link.identity.startsWith("@") ? undefined : link.identity.split("@", 1)[0]
    if (meant !== undefined && meant !== name)
      return yield* fail("forbidden", "link-for-another", `this link is for ${meant} alone`)
    // The link names its one request, so that whoever comes again after a break gets on where he was.
    const change = `join-${link.id}`
    const earlier = (yield* log.findById(change))[0]?.event.data as JoinRequested | undefined
    if (earlier !== undefined && earlier.member !== name)
      return yield* fail("conflict", "link-used", `this link was used by ${earlier.member}`)
    if (meant === undefined && earlier === undefined && definitionsOf(dependencies).isHuman(name))
      return yield* fail(
        "conflict",
        "name-taken",
        `somebody is called ${name} already; an operator makes a link for him alone`,
      )
    const identity: Identity = { kind: "human", name, source: `link/${link.id}`, tokenId: link.id }
    return yield* joinAs({ identity, link, change, roles: link.roles ?? [], getsToken: true }, org, name)
  })

  return {
    join: Effect.fnUntraced(function* (who, org, request) {
      yield* checkPlace(org)
      const name = memberName(request.name)
      if ("link" in who) return yield* turn.withPermit(joinByLink(who.link, org, name))
      // Everybody may ask for himself; for others, who is in the organization.
      const himself = who.kind === "human" && who.name === name
      if (!himself) yield* checkOrganization(definitionsOf(dependencies), who, org)
      const { roles = [] } = request
      const getsToken = who.kind === "operator"
      return yield* joinAs({ identity: who, change: newChangeId(), roles, getsToken }, org, name)
    }),
    createJoinLink: Effect.fnUntraced(function* (identity, org, { name, roles, expires }) {
      yield* checkOperator(identity, "make links to join with")
      yield* checkPlace(org)
      const member = name === undefined ? undefined : memberName(name)
      if (member !== undefined) yield* checkName(member, org)
      const until = expires === undefined ? Date.now() + LINK_MS : Date.parse(expires)
      if (!(until > Date.now())) return yield* fail("invalid", "expires-past", `"${expires}" is no time in the future`)
      const { id, token } = yield* makeToken(dependencies, {
        identity: member === undefined ? org : `${member}${org}`,
        kind: "join",
        expires: new Date(until).toISOString(),
        ...(roles === undefined ? undefined : { roles }),
      })
      return { id, link: token, org, expires: new Date(until).toISOString() }
    }),
  }
}

const organizationOf = ({ identity }: TokenView): string => `@${identity.split("@")[1]}`

/** Names that would pass for the daemon's own. */
const RESERVED = new Set(["operator", "charter", "all"])

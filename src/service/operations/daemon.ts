/** Tokens, status, metrics and the life of the daemon. */
import { Effect } from "effect"
import type { BuiltinData } from "../../domain/builtins.ts"
import { GLOBAL } from "../../domain/names.ts"
import type { TokenView } from "../../log/Projections.ts"
import { checkOperator, fail, visibleContracts, visibleOrganizations } from "../access.ts"
import { makeToken } from "../makeToken.ts"
import { checkCursor } from "../cursor.ts"
import { metricsText } from "../metrics.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import {
  countAgents,
  deafWebhooks,
  forTheOperator,
  runsOf,
  stuckChanges,
  standingStill,
  stuckTasks,
} from "../standing.ts"
import { hashOf, identityOf, MAX_TOKEN_LENGTH } from "../tokens.ts"
import { operatorActor } from "../../supervision/actors.ts"
import type { Identity } from "../identity.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { heldInWords } from "../../workspace/standing.ts"
import { asNamed, keyUsed, submit } from "./submit.ts"

type Operations = Pick<
  typeof Service.Service,
  "createToken" | "tokens" | "revokeToken" | "authenticate" | "status" | "ready" | "metrics" | "confirm" | "shutdown"
>

/** Tokens remembered between requests; a revocation empties the memory. */
const MAX_REMEMBERED_TOKENS = 10_000

export const daemonOperations = (dependencies: Dependencies): Operations => {
  const { log, projections, mailboxes, workspace, changes, options } = dependencies
  const remembered = new Map<string, { readonly identity: Identity; readonly expires: number }>()
  mailboxes.onCommitted((_, records) => {
    if (records.some(({ event }) => event.type === "token.revoked")) remembered.clear()
  })

  const authenticate: Operations["authenticate"] = (token) => {
    const known = remembered.get(token)
    if (known !== undefined && Date.now() < known.expires) return Effect.succeed(known.identity)
    if (token.length > MAX_TOKEN_LENGTH) return unauthenticated("this is no token")
    const hash = hashOf(token)
    if (hash === options.operatorHash)
      return remember({ kind: "operator", name: "operator", source: "operator", tokenId: "operator" })
    const run = options.runTokens.find(hash)
    if (run !== undefined) return Effect.succeed(run)
    const view = projections.tokenByHash(hash)
    if (view === undefined)
      return unauthenticated("this token is not known; an operator makes one with `charter token create`")
    if (view.kind === "join")
      return unauthenticated(
        "this is a link to join with, and opens nothing else: charter join ORGANIZATION --as NAME --link LINK",
      )
    if (view.revoked !== undefined) return unauthenticated(`this token was revoked at ${view.revoked}`)
    if (view.expires !== undefined && Date.parse(view.expires) <= Date.now())
      return unauthenticated(`this token expired at ${view.expires}`)
    return remember(identityOf({ ...view, kind: view.kind }), view)

    function remember(identity: Identity, from?: TokenView): Effect.Effect<Identity> {
      if (remembered.size >= MAX_REMEMBERED_TOKENS) remembered.clear()
      remembered.set(token, {
        identity,
        expires: from?.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(from.expires),
      })
      return Effect.succeed(identity)
    }
  }

  const status: Operations["status"] = Effect.fnUntraced(function* (identity) {
    const standing = yield* workspace.status
    const isOperator = identity.kind === "operator"
    const definitions = definitionsOf(dependencies)
    const visible = visibleOrganizations(definitions, identity)
    const isSeen = (org: string): boolean => visible?.has(org) !== false
    const states = mailboxes.states().filter(({ org }) => isSeen(org))
    const sum = (of: (state: (typeof states)[number]) => number): number =>
      states.reduce((total, state) => total + of(state), 0)
    const unwritable = mailboxes.unwritable()
    return {
      state: options.lifecycle.state,
      version: options.version,
      pid: process.pid,
      startedAt: options.startedAt,
      revision: definitions.revision,
      contracts: visibleContracts(definitions, identity).length,
      organizations: [...definitions.organizations.keys()].filter(isSeen).length,
      openHolds: sum(({ holds }) => holds.size),
      openProposals: sum(({ proposals }) => proposals.size),
      openTasks: sum(({ tasks }) => tasks.size),
      runs: { running: sum(({ runs }) => runs.size), most: options.maxRuns },
      agents: countAgents(definitions, states, isSeen),
      ...(options.lifecycle.until === undefined
        ? undefined
        : { draining: { until: options.lifecycle.until, runs: runsOf(states) } }),
      ...(isOperator ? { workspace: options.workspace } : undefined),
      diagnostics: isOperator ? standing.rejected : [],
      ...(unwritable === undefined ? undefined : { unwritable }),
      warnings: [
        ...standingStill(mailboxes.figures().filter(({ org }) => isSeen(org))),
        ...stuckTasks(definitions, states),
        ...(isOperator
          ? [
              ...deafWebhooks(definitions, options.environment),
              ...stuckChanges(changes.stuck()),
              ...forTheOperator(states, standing),
              ...(standing.held === undefined
                ? []
                : [
                    `${heldInWords(standing.held)}; the last good set stays in force until an operator confirms: charter confirm`,
                  ]),
            ]
          : []),
      ],
    }
  })

  return {
    authenticate,
    createToken: Effect.fnUntraced(function* (identity, request, key) {
      yield* checkOperator(identity, "make tokens")
      const named = yield* checkTokenIdentity(dependencies, request)
      const { id, token, event, duplicate } = yield* makeToken(
        dependencies,
        { ...request, identity: named },
        asNamed(identity, key),
      )
      if (duplicate !== true) return { id, token }
      if (event?.type !== "token.created") return yield* keyUsed(key)
      const { id: made } = event.data as BuiltinData["token.created"]
      return yield* fail(
        "conflict",
        "token-made",
        `this key has made the token ${made} already, and its secret is not kept; revoke it and use another key`,
        { token: made },
      )
    }),
    tokens: (identity, filter) =>
      checkOperator(identity, "list tokens").pipe(
        Effect.andThen(checkCursor(log, filter.after)),
        Effect.andThen(projections.tokens(filter)),
      ),
    revokeToken: Effect.fnUntraced(function* (identity, id) {
      yield* checkOperator(identity, "revoke tokens")
      const find = Effect.map(projections.tokens({ limit: 1_000 }), ({ items }) =>
        items.find((token) => token.id === id),
      )
      const found = yield* find
      if (found === undefined) return yield* fail("not-found", "token-unknown", `there is no token "${id}"`)
      if (found.revoked === undefined)
        yield* submit(dependencies, GLOBAL, {
          kind: "report",
          type: "token.revoked",
          actor: operatorActor,
          data: { id, by: identity.name },
        })
      return (yield* find) ?? found
    }),
    status,
    ready: Effect.suspend(() => checkReady(dependencies)),
    metrics: metricsText,
    confirm: Effect.fnUntraced(function* (identity) {
      yield* checkOperator(identity, "confirm a removal")
      const { held } = yield* workspace.status
      if (held === undefined) return yield* fail("not-found", "nothing-held", "no removal waits for a confirmation")
      const { set } = yield* Effect.mapError(workspace.confirm(held.candidate), (refusal) => new Refused({ refusal }))
      return { revision: set.revision }
    }),
    shutdown: Effect.fnUntraced(function* (identity, now) {
      yield* checkOperator(identity, "shut the daemon down")
      const runs = runsOf(mailboxes.states())
      yield* options.shutdown(now)
      return runs
    }),
  }
}

/** Anybody may ask: what is wrong with the log in particular is for who has a token. */
const checkReady = ({ mailboxes, options: { lifecycle } }: Dependencies): Effect.Effect<void, Refused> => {
  switch (lifecycle.state) {
    case "starting":
      return fail("unavailable", "starting", "the daemon starts; try again in a moment")
    case "draining":
    case "stopped":
      return fail("busy", "shutting-down", "the daemon is shutting down; try again when it is back")
    case "running":
      return mailboxes.unwritable() === undefined
        ? Effect.void
        : fail(
            "unavailable",
            "log-unavailable",
            "the log cannot be written, so nothing is decided; it goes on by itself once it can be. charter status says why",
          )
  }
}

const unauthenticated = (message: string): Effect.Effect<never, Refused> =>
  fail("unauthenticated", "token-invalid", message)

/** `@dana` or `dana` for a human that some organization has; `name@org` for an agent of that organization. */
const checkTokenIdentity = (
  dependencies: Dependencies,
  { identity, kind, expires }: { readonly identity: string; readonly kind: string; readonly expires?: string },
): Effect.Effect<string, Refused> => {
  const definitions = definitionsOf(dependencies)
  if (expires !== undefined && Number.isNaN(Date.parse(expires)))
    return fail("invalid", "expires-malformed", `"${expires}" is no time; write it like 2026-12-31T00:00:00Z`)
  if (expires !== undefined && Date.parse(expires) <= Date.now())
    return fail("invalid", "expires-past", `${expires} has passed already; the token would never work`)
  switch (kind) {
    case "human": {
      const name = identity.replace(/^@/, "")
      return definitions.isHuman(name)
        ? Effect.succeed(`@${name}`)
        : fail(
            "not-found",
            "member-unknown",
            `no organization has a human "${name}"; add one to its file below organizations/`,
          )
    }
    case "agent": {
      const [name, org] = identity.replace(/^@/, "").split("@")
      const member =
        org === undefined
          ? undefined
          : definitions.organizations.get(`@${org}`)?.members.find((one) => one.name === name && one.kind === "agent")
      return member === undefined
        ? fail(
            "not-found",
            "member-unknown",
            `"${identity}" is no agent of an organization; write it like reviewer@review-team`,
          )
        : Effect.succeed(`${name}@${org}`)
    }
    default:
      return Effect.succeed(identity)
  }
}

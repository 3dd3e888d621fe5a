/** Proposals, votes, holds and tasks. */
import { Clock, Effect } from "effect"
import { type Actor, requesterOf } from "../../domain/event.ts"
import { memberName } from "../../domain/names.ts"
import type { Delegation, Elector } from "../../domain/proposal.ts"
import { OPEN_PROPOSAL } from "../../kernel/motions.ts"
import { canVote } from "../../kernel/ballots.ts"
import type { LogUnavailable } from "../../log/EventLog.ts"
import type { Listed, ListFilter, ProposalView, TaskView } from "../../log/Projections.ts"
import { actorOf, checkOrganization, fail, nameIn, visibleOrganizations } from "../access.ts"
import { checkCursor } from "../cursor.ts"
import type { Identity } from "../identity.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import { standingIn } from "../standingApprovals.ts"
import type { DelegationView, StandingView } from "../views/governance.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { asNamed, keyUsed, submit } from "./submit.ts"

type Operations = Pick<
  typeof Service.Service,
  | "delegations"
  | "delegate"
  | "revokeDelegation"
  | "standing"
  | "revokeStanding"
  | "proposals"
  | "proposal"
  | "vote"
  | "openProposal"
  | "cancelHold"
  | "cancelProposal"
  | "holds"
  | "hold"
  | "tasks"
  | "task"
  | "cancelTask"
>

export const governanceOperations = (
  dependencies: Dependencies,
  { publish }: Pick<typeof Service.Service, "publish">,
): Operations => {
  const { log, projections } = dependencies

  /** Lists show what is in the organizations that the identity is in, and what it is `asked`. */
  const visibleList =
    <A extends { readonly org: string }>(
      model: (filter: ListFilter) => Effect.Effect<Listed<A>, LogUnavailable>,
      asked?: (identity: Identity, found: A) => boolean,
    ) =>
    (identity: Identity, filter: ListFilter): Effect.Effect<Listed<A>, Refused | LogUnavailable> => {
      const definitions = definitionsOf(dependencies)
      const list = (wanted: ListFilter) => Effect.andThen(checkCursor(log, wanted.after), model(wanted))
      if (filter.org !== undefined)
        return Effect.andThen(checkOrganization(definitions, identity, filter.org), list(filter))
      const visible = visibleOrganizations(definitions, identity)
      if (visible === undefined) return list(filter)
      if (visible.size === 1 && asked === undefined) return list({ ...filter, org: [...visible][0]! })
      return Effect.map(list(filter), ({ items, ...rest }) => ({
        ...rest,
        items: items.filter((item) => visible.has(item.org) || asked?.(identity, item) === true),
      }))
    }

  const visibleOne =
    <A extends { readonly org: string }>(
      what: string,
      find: (id: string) => Effect.Effect<A | undefined, LogUnavailable>,
      asked?: (identity: Identity, found: A) => boolean,
    ) =>
    (identity: Identity, id: string): Effect.Effect<A, Refused | LogUnavailable> =>
      Effect.flatMap(find(id), (found) => {
        const visible = visibleOrganizations(definitionsOf(dependencies), identity)
        const shown = found !== undefined && (visible?.has(found.org) !== false || asked?.(identity, found) === true)
        return !shown
          ? fail("not-found", `${what}-unknown`, `there is no ${what} "${id}" that ${identity.name} may see`)
          : Effect.succeed(found)
      })

  /** Who may vote or veto sees what he is asked, also by an organization that he is not in. */
  const isAsked = (identity: Identity, { org, electorate, vetoers = [] }: ProposalView): boolean => {
    const definitions = definitionsOf(dependencies)
    const name = nameIn(definitions, identity, org)
    const isHim = (one: Elector): boolean =>
      one.kind === identity.kind && one.name === name && canVote(definitions, one)
    return electorate.some(isHim) || vetoers.some(isHim)
  }

  /** Whoever does a task himself sees it, too, wherever it comes from. */
  const isMine = (identity: Identity, { org, member, human }: TaskView): boolean =>
    human === true &&
    (identity.kind === "human" || identity.kind === "agent") &&
    member === nameIn(definitionsOf(dependencies), identity, org)

  /** The task follows from an event that this identity has published, or that somebody did for him. */
  const hasAskedFor = (identity: Identity, { org, eventSeq }: TaskView): Effect.Effect<boolean, LogUnavailable> =>
    Effect.map(log.get(org, eventSeq), (record) => {
      if (record === undefined || identity.kind === "bridge") return false
      const definitions = definitionsOf(dependencies)
      const asker = requesterOf(record.event.actor)
      return (
        asker.kind === actorOf(definitions, identity, org).kind && asker.name === nameIn(definitions, identity, org)
      )
    })

  const proposal = visibleOne("proposal", projections.proposal, isAsked)
  const hold = visibleOne("hold", projections.hold)
  const task = visibleOne("task", projections.task, isMine)

  /** Those that are in force, of the organizations that the identity is in. */
  const delegationsOf = (identity: Identity): ReadonlyArray<DelegationView> => {
    const visible = visibleOrganizations(definitionsOf(dependencies), identity)
    return dependencies.mailboxes
      .states()
      .flatMap(({ org, delegations }) =>
        visible === undefined || visible.has(org) ? [...delegations.values()].map((one) => ({ ...one, org })) : [],
      )
  }

  /** As `org` knows whoever votes there: an agent of another organization is `name@org`. */
  const voterIn = (identity: Identity, org: string): Actor => {
    const definitions = definitionsOf(dependencies)
    const actor = actorOf(definitions, identity, identity.org ?? org)
    return identity.kind === "operator" ? actor : { ...actor, name: nameIn(definitions, identity, org) }
  }

  /** Those that are in force, of the organizations that the identity is in, and its own where it is only an elector. */
  const standingOf = (identity: Identity): Effect.Effect<ReadonlyArray<StandingView>> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const visible = visibleOrganizations(definitionsOf(dependencies), identity)
      return dependencies.mailboxes.states().flatMap((state) => {
        const { org } = state
        const { kind, name } = voterIn(identity, org)
        const isOwn = (by: string): boolean => (kind === "human" || kind === "agent") && by === name
        return standingIn(state, now)
          .filter(({ by }) => visible?.has(org) !== false || isOwn(by))
          .map((one) => ({ ...one, org }))
      })
    })

  const cancelling = (
    identity: Identity,
    { id, org }: { readonly id: string; readonly org: string },
    reason?: string,
  ) => ({
    kind: "cancel" as const,
    target: id,
    by: actorOf(definitionsOf(dependencies), identity, org),
    ...(reason === undefined ? undefined : { reason }),
  })

  const cancelHold: Operations["cancelHold"] = Effect.fnUntraced(function* (identity, target, reason) {
    const open = yield* hold(identity, target)
    if (open.state !== "held")
      return yield* fail("conflict", "hold-ended", `${target} has been ${open.state} already`, { state: open.state })
    yield* submit(dependencies, open.org, cancelling(identity, open, reason))
    return yield* hold(identity, target)
  })

  return {
    delegations: (identity, org) => {
      const checked = org === undefined ? Effect.void : checkOrganization(definitionsOf(dependencies), identity, org)
      return Effect.map(checked, () => delegationsOf(identity).filter((one) => org === undefined || one.org === org))
    },
    delegate: Effect.fnUntraced(function* (identity, { org, to, on = "**", expires }, key) {
      yield* checkOrganization(definitionsOf(dependencies), identity, org)
      const wanted = { to: memberName(to), on }
      const { event, duplicate } = yield* submit(dependencies, org, {
        kind: "delegate",
        by: actorOf(definitionsOf(dependencies), identity, org),
        ...wanted,
        expires,
        ...asNamed(identity, key),
      })
      const made = event!.data as Delegation
      const same = made.to === wanted.to && made.on === on && Date.parse(made.expires) === Date.parse(expires)
      if (duplicate === true && !(event!.type === "delegation.created" && same)) return yield* keyUsed(key)
      return { ...made, org }
    }),
    revokeDelegation: Effect.fnUntraced(function* (identity, id) {
      const found = delegationsOf(identity).find((one) => one.id === id)
      if (found === undefined)
        return yield* fail(
          "not-found",
          "delegation-unknown",
          `there is no delegation "${id}" that ${identity.name} may see`,
        )
      const by = actorOf(definitionsOf(dependencies), identity, found.org)
      yield* submit(dependencies, found.org, { kind: "revokeDelegation", id, by })
      return found
    }),
    standing: (identity, org) => {
      const checked = org === undefined ? Effect.void : checkOrganization(definitionsOf(dependencies), identity, org)
      return Effect.map(Effect.andThen(checked, standingOf(identity)), (all) =>
        all.filter((one) => org === undefined || one.org === org),
      )
    },
    revokeStanding: Effect.fnUntraced(function* (identity, id) {
      const found = (yield* standingOf(identity)).find((one) => one.id === id)
      if (found === undefined)
        return yield* fail(
          "not-found",
          "standing-unknown",
          `there is no standing approval "${id}" that ${identity.name} may see`,
        )
      yield* submit(dependencies, found.org, { kind: "revokeStanding", id, by: voterIn(identity, found.org) })
      return found
    }),
    proposals: visibleList(projections.proposals, isAsked),
    holds: visibleList(projections.holds),
    tasks: visibleList(projections.tasks, isMine),
    proposal,
    hold,
    task,
    vote: Effect.fnUntraced(function* (identity, id, { choice, reason, digest, standing }) {
      const open = yield* proposal(identity, id)
      // What has succeeded with a delay may still be vetoed.
      const delayed = open.state === "succeeded" && open.delay !== undefined && open.executedAt === undefined
      if (open.state !== "active" && !delayed)
        return yield* fail(
          "conflict",
          "proposal-decided",
          `${id} has ${open.state === "cancelled" || open.state === "defeated" ? "been " : ""}${open.state} already`,
          { state: open.state },
        )
      yield* submit(dependencies, open.org, {
        kind: "vote",
        proposal: id,
        by: voterIn(identity, open.org),
        choice,
        ...(reason === undefined ? undefined : { reason }),
        ...(digest === undefined ? undefined : { digest }),
        ...(standing === undefined ? undefined : { standing }),
      })
      return yield* proposal(identity, id)
    }),
    openProposal: Effect.fnUntraced(function* (identity, { id, org, ...data }) {
      const [answer] = yield* publish(identity, [
        {
          ...(id === undefined ? undefined : { id }),
          ...(org === undefined ? undefined : { org }),
          type: OPEN_PROPOSAL,
          data,
          bytes: Buffer.byteLength(JSON.stringify(data)),
        },
      ])
      return answer instanceof Refused ? yield* Effect.fail(answer) : answer!
    }),
    cancelHold,
    cancelProposal: Effect.fnUntraced(function* (identity, id, reason) {
      const found = yield* proposal(identity, id)
      if (found.hold !== undefined) return yield* cancelHold(identity, found.hold, reason)
      yield* submit(dependencies, found.org, cancelling(identity, found, reason))
      return yield* proposal(identity, id)
    }),
    cancelTask: Effect.fnUntraced(function* (identity, id, reason) {
      const found = yield* task(identity, id)
      if (identity.kind !== "operator" && !(yield* hasAskedFor(identity, found)))
        return yield* fail(
          "forbidden",
          "task-of-another",
          `${id} is cancelled by who asked for it, or by an operator; ${identity.name} is neither`,
        )
      yield* submit(dependencies, found.org, {
        kind: "cancelTask",
        task: id,
        by: actorOf(definitionsOf(dependencies), identity, found.org),
        reason,
      })
      return yield* task(identity, id)
    }),
  }
}

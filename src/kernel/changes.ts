/** Changes of the rules: who decides on one to which no contract speaks, and which have not come to their end. Pure. */
import {
  CHANGE_RULES,
  type ChangeCancelled,
  type ChangeRequested,
  isChangeRequest,
  JOIN,
  type JoinRequested,
  OPERATOR_ASPECTS,
  type OperatorAspect,
} from "../domain/change.ts"
import type { Decision } from "../domain/decision.ts"
import type { Event } from "../domain/event.ts"
import { GLOBAL } from "../domain/names.ts"
import type { Definitions } from "./definitions.ts"
import type { OpenChange, OrganizationState } from "./state.ts"

/** Stands for a contract where the daemon's own rule for changes holds an event. */
export const CHANGES_CONTRACT = "charter/changes"

/** `pass`: it may happen. Else: who is asked; an aspect: the operator, whatever contracts allow. */
export type ChangeRule = "pass" | "humans" | "operator" | OperatorAspect

/**
 * What the daemon's own rule makes of a change; `undefined` for every other event. Where a contract speaks it says nothing,
 * but of what is executed, and of what is taken from the daemon's environment.
 *
 * What the daemon executes, it executes as its own user, and its environment is that user's: that is the operator's to say,
 * also where a contract speaks, since members decide on contracts. Of the rest, an operator's passes, and so does that of
 * a human whom the organization's own file names, if he asks for it himself, and a join by an operator's link. Whatever
 * else asks needs a human of the organization; for `@global`, and where an organization has no human, the operator.
 */
export const changeRule = (definitions: Definitions, event: Event): ChangeRule | undefined => {
  if (!isChangeRequest(event.type)) return undefined
  const { actor, org } = event
  const own = event.depth === undefined && actor.onbehalf === undefined
  if (own && (actor.kind === "operator" || isInvited(event))) return "pass"
  const aspect = operatorAspect(event)
  if (aspect !== undefined) return aspect
  const humans = definitions.view(org).organization.members.filter(({ kind }) => kind === "human")
  if (own && actor.kind === "human" && humans.some(({ name }) => name === actor.name)) return "pass"
  return org === GLOBAL || humans.length === 0 ? "operator" : "humans"
}

/** Does the rule stand above the organization's `default: deny`? What an operator does, or has granted, does. */
export const isOperators = (event: Event): boolean => event.actor.kind === "operator" || isInvited(event)

/** Who asks has no say in this: the service works out what a change means. */
const operatorAspect = ({ type, data }: Event): OperatorAspect | undefined => {
  const { aspects } = (data ?? {}) as Partial<ChangeRequested>
  return type === CHANGE_RULES && Array.isArray(aspects)
    ? OPERATOR_ASPECTS.find((aspect) => aspects.includes(aspect))
    : undefined
}

export const isOperatorAspect = (rule: ChangeRule | undefined): rule is OperatorAspect =>
  (OPERATOR_ASPECTS as ReadonlyArray<ChangeRule | undefined>).includes(rule)

/** What is asked for; `undefined` where the daemon has not made it, so that nothing is to be carried out. */
export const askedChange = ({ type, depth, data }: Event): ChangeRequested | JoinRequested | undefined => {
  if (!isChangeRequest(type) || depth !== undefined) return undefined
  const { change, deciding } = (data ?? {}) as Partial<ChangeRequested>
  return typeof change === "string" && Array.isArray(deciding) ? (data as ChangeRequested | JoinRequested) : undefined
}

export const isJoin = (asked: ChangeRequested | JoinRequested): asked is JoinRequested => "member" in asked

/** A request has been decided for the first time. */
export const foldAsked = (state: OrganizationState, event: Event, decision: Decision | undefined): void => {
  const asked = askedChange(event)
  if (asked === undefined || (decision?.verdict !== "allow" && decision?.verdict !== "hold")) return
  const { change } = asked
  const stands: OpenChange["state"] = decision.verdict === "allow" ? "allowed" : "waiting"
  state.changes.set(change, { change, seq: event.seq, state: stands, reason: undefined, by: undefined })
}

/** It is not carried out, whatever becomes of what it waits for: all that is left of it is to bring it to its end. */
export const foldCancelled = (state: OrganizationState, { change, by, reason }: ChangeCancelled): void => {
  const open = state.changes.get(change)
  if (open === undefined) return
  open.state = "refused"
  open.reason = `cancelled by ${by}${reason === undefined ? "" : `: ${reason}`}`
  open.by = by
}

/**
 * What it waited for has ended. One that is refused is kept where it is to be brought to its end in other organizations,
 * too.
 */
export const foldHeld = (state: OrganizationState, event: Event, released: boolean, reason: string): void => {
  const asked = askedChange(event)
  const open = asked === undefined ? undefined : state.changes.get(asked.change)
  if (asked === undefined || open === undefined || open.by !== undefined) return
  if (released) open.state = "allowed"
  else if (asked.deciding.length > 1 && asked.deciding[0] === state.org) {
    open.state = "refused"
    open.reason = reason
  } else state.changes.delete(asked.change)
}

const isInvited = ({ type, data, depth, actor }: Event): boolean =>
  type === JOIN &&
  actor.kind === "human" &&
  depth === undefined &&
  (data as Partial<JoinRequested> | undefined)?.invitation !== undefined

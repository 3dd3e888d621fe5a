/** From what a publisher says to an event that can be decided: checked, identified, given an organization and an actor. */
import { randomUUID } from "node:crypto"
import type { Incoming } from "../domain/event.ts"
import { BUILT_IN_REQUESTS, isEventType, isReserved } from "../domain/eventTypes.ts"
import { GLOBAL, memberName } from "../domain/names.ts"
import { isRefusal, type Refusal, refuse } from "../domain/refusal.ts"
import type { Definitions } from "../kernel/definitions.ts"
import type { OpenTask } from "../kernel/state.ts"
import { nearest } from "../language/suggest.ts"
import { actorOf, outsideOrganization, unknownOrganization } from "./access.ts"
import type { Identity } from "./identity.ts"
import { checkMessage } from "./messages.ts"
import type { EventInput } from "./views/events.ts"

/** Longest id, source, subject and correlation id, in characters. */
export const MAX_ATTRIBUTE_LENGTH = 512
/** Largest event as it is sent, in bytes: a commit of several must stay within its own bound. */
export const MAX_EVENT_BYTES = 256 * 1024

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/

export interface Prepared {
  readonly event: Incoming
  /** The id was made here just now. */
  readonly fresh: boolean
}

/** `task`: the task of a run's token, whose correlation and cause its events carry. */
export const prepare = (
  definitions: Definitions,
  identity: Identity,
  input: EventInput,
  task: OpenTask | undefined,
): Prepared | Refusal => {
  const problem = checkType(definitions, identity, input.type) ?? checkAttributes(input) ?? checkSize(input.bytes ?? 0)
  if (problem !== undefined) return problem
  const org = organizationOf(definitions, identity, input)
  if (isRefusal(org)) return org
  if (identity.kind !== "bridge" && input.actor !== undefined && memberName(input.actor) !== identity.name)
    return refuse("forbidden", "actor-differs", `this token is ${identity.name}'s; it cannot act as ${input.actor}`)
  if (identity.kind !== "bridge" && input.source !== undefined && input.source !== identity.source)
    return refuse(
      "forbidden",
      "source-differs",
      `events of this token have the source "${identity.source}"; leave "source" out`,
    )
  const fault = input.type === "message.send.requested" ? checkMessage(definitions, org, input.data) : undefined
  if (fault !== undefined) return fault
  const actor =
    identity.kind === "bridge" && input.actor !== undefined
      ? { name: memberName(input.actor), kind: "external" as const, roles: [] }
      : actorOf(definitions, identity, org)
  const correlationid = task?.task.correlationid ?? input.correlationid
  const causationid = task?.task.event ?? input.causationid
  return {
    fresh: input.id === undefined,
    event: {
      id: input.id ?? randomUUID(),
      source: input.source ?? identity.source,
      type: input.type,
      org,
      actor,
      ...(input.subject === undefined ? undefined : { subject: input.subject }),
      ...(input.data === undefined ? undefined : { data: input.data }),
      ...(correlationid === undefined ? undefined : { correlationid }),
      ...(causationid === undefined ? undefined : { causationid }),
      ...(input.traceparent === undefined ? undefined : { traceparent: input.traceparent }),
      ...(task === undefined ? undefined : { hops: task.task.hops }),
      ...(identity.run === undefined ? undefined : { run: identity.run }),
      ...(input.time === undefined ? undefined : { senttime: input.time }),
    },
  }
}

const checkType = (definitions: Definitions, identity: Identity, type: string): Refusal | undefined => {
  if (!isEventType(type))
    return refuse(
      "invalid",
      "type-malformed",
      `"${type}" is no event type: dotted words of letters, digits, "_" and "-" are, such as deploy.requested`,
    )
  if (isReserved(type))
    return refuse("forbidden", "type-reserved", `only the daemon reports "${type}"${requestHint(type)}`)
  if (type === "run.requested")
    return refuse(
      "forbidden",
      "type-reserved",
      "runs are asked for by the daemon alone; publish an event that a contract routes",
    )
  if (identity.kind === "bridge") return undefined
  const source = webhookSourceOf(definitions, type)
  return source === undefined
    ? undefined
    : refuse("forbidden", "type-reserved", `"${type}" comes from the webhook "${source}" alone`)
}

const requestHint = (type: string): string => {
  const guess = nearest(`${type.split(".")[0]}.requested`, BUILT_IN_REQUESTS)
  return guess === undefined ? "" : `; ask for it with "${guess}"`
}

/** The declared webhook whose types begin like this one. */
const webhookSourceOf = (definitions: Definitions, type: string): string | undefined => {
  for (const source of definitions.webhookSources)
    if (type.startsWith(`${source}.`) || type.startsWith(`webhook.${source}.`)) return source
  return undefined
}

const checkAttributes = (input: EventInput): Refusal | undefined => {
  for (const name of ["id", "source", "subject", "correlationid", "causationid"] as const) {
    const value = input[name]
    if (value === undefined) continue
    if (value === "" || value.length > MAX_ATTRIBUTE_LENGTH || CONTROL_CHARACTERS.test(value))
      return refuse(
        "invalid",
        "attribute-malformed",
        `"${name}" must have 1 to ${MAX_ATTRIBUTE_LENGTH} characters, none of them control characters`,
        { attribute: name },
      )
  }
  return undefined
}

/** Every door asks: what is larger could not be kept. */
export const checkSize = (bytes: number): Refusal | undefined =>
  bytes > MAX_EVENT_BYTES
    ? refuse(
        "too-large",
        "event-too-large",
        `an event may have ${MAX_EVENT_BYTES} bytes, and this one has ${bytes}; keep large data elsewhere and publish a link to it`,
      )
    : undefined

const organizationOf = (definitions: Definitions, identity: Identity, input: EventInput): string | Refusal => {
  const carried = identity.org
  if (carried !== undefined && input.org !== undefined && input.org !== carried)
    return refuse(
      "forbidden",
      "organization-differs",
      `this token is for ${carried}; it cannot publish in ${input.org}`,
    )
  const org = carried ?? input.org ?? defaultOrganization(definitions, identity)
  if (isRefusal(org)) return org
  const refusal =
    identity.kind === "bridge" ? unknownOrganization(definitions, org) : outsideOrganization(definitions, identity, org)
  return refusal ?? org
}

/** A person means the one organization that he is in beside `@global`; nobody guesses which of several. */
const defaultOrganization = (definitions: Definitions, identity: Identity): string | Refusal => {
  if (identity.kind !== "human") return GLOBAL
  const own = [...definitions.organizationsOf(identity.name)].filter((org) => org !== GLOBAL).toSorted()
  return own.length < 2
    ? (own[0] ?? GLOBAL)
    : refuse(
        "invalid",
        "organization-missing",
        `${identity.name} is a member of ${own.join(", ")}; say with "org" which one is meant, or "${GLOBAL}"`,
        { attribute: "org", organizations: own },
      )
}

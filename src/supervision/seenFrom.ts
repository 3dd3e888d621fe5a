/** A request as it is asked for in one of several organizations: the same, by somebody who may be a stranger there. */
import type { Actor, Event, Incoming } from "../domain/event.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { memberActor } from "./actors.ts"

/** `event` is the request as it was made at home, or as the log of one of the others has it. */
export const seenFrom = (definitions: Definitions, event: Event | Incoming, org: string): Incoming => {
  const { id, source, type, data, subject, correlationid, causationid, traceparent, hops, run } = event
  return {
    id,
    source,
    type,
    org,
    actor: actorIn(definitions, event.actor, event.org, org),
    data,
    ...(subject === undefined ? undefined : { subject }),
    ...(correlationid === undefined ? undefined : { correlationid }),
    ...(causationid === undefined ? undefined : { causationid }),
    ...(traceparent === undefined ? undefined : { traceparent }),
    ...(hops === undefined ? undefined : { hops }),
    ...(run === undefined ? undefined : { run }),
  }
}

/** A human is one person everywhere, with the roles of each place; an agent is known by its organization elsewhere. */
const actorIn = (definitions: Definitions, actor: Actor, from: string, to: string): Actor => {
  if (from === to) return actor
  if (actor.kind === "human") return memberActor(definitions, to, actor.name, "human")
  if (actor.kind !== "agent") return { ...actor, roles: [] }
  const [name, home] = actor.name.split("@") as [string, string?]
  const at = home === undefined ? from : `@${home}`
  return at === to ? memberActor(definitions, to, name, "agent") : { ...actor, name: `${name}${at}`, roles: [] }
}

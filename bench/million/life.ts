/**
 * What an organization does in a round of its life: things happen and are asked for, people write to each other, vote,
 * do their tasks, and acknowledge what has reached them. A little of each is left open, as in life.
 */
import type { Actor, Event } from "../../src/domain/event.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import type { Command } from "../../src/kernel/command.ts"
import type { OrganizationState } from "../../src/kernel/state.ts"
import { inboxItemOf } from "../../src/log/projections/inbox.ts"
import { incoming } from "../publish/rows.ts"
import { makeRandom } from "../workload/random.ts"

/** Published events of one organization in one round. */
const PUBLISHED = 20
/** Of these, messages: to a channel, with a mention now and then, or to one member. */
const MESSAGES = 3
/** About what a published event has as JSON. */
const EVENT_BYTES = 300
/** Share of the votes and tasks that nobody ever gets to. */
const FORGOTTEN = 0.02
/** What has reached a member and is not acknowledged yet. */
const UNREAD = 20

const human = (name: string): Actor => ({ name, kind: "human", roles: ["lead"] })
const DANA = human("dana")
const ERIN = human("erin")
const WORKER: Actor = { name: "worker", kind: "agent", roles: [], creator: "dana" }
/** Members of each organization of the workload. */
export const MEMBERS: ReadonlyArray<Actor> = [DANA, ERIN, WORKER]

const TEXTS = [
  "The build of yesterday is through; the numbers are in the report.",
  "@erin can you look at the failed run of this morning? It stops at the third step, as it did last week.",
  "@dana @worker the release waits for the two of you.",
  "Nothing to do today.",
]

export class Life {
  readonly #events: ReadonlyArray<Event>
  readonly #random = makeRandom(17)
  /** Ids of inbox items that are not acknowledged, by member. */
  readonly #unread = new Map<string, Array<string>>(MEMBERS.map(({ name }) => [name, []]))
  /** Proposals and tasks that nobody gets to, as long as they are open. */
  readonly #forgotten = new Set<string>()
  readonly #known = new Set<string>()
  #at = 0

  /** `events` of the organization; they come again and again, with other ids. */
  constructor(events: ReadonlyArray<Event>) {
    this.#events = events
  }

  heard(records: ReadonlyArray<LogRecord>): void {
    for (const { event } of records) {
      const item = inboxItemOf(event)
      if (item !== undefined) this.#unread.get(item.member)?.push(item.id)
    }
  }

  round(state: OrganizationState): ReadonlyArray<Command> {
    const published = Array.from({ length: PUBLISHED }, (_, index) => {
      const event = incoming(this.#events[this.#at++ % this.#events.length]!)
      const written = index < MESSAGES ? this.#message() : undefined
      return { kind: "publish", fresh: true, event: { ...event, ...written }, bytes: EVENT_BYTES } satisfies Command
    })
    return [...this.#answers(state), ...this.#acknowledged(), ...published]
  }

  /** Each proposal is voted on by one human in a round, each task done in the next. */
  #answers(state: OrganizationState): ReadonlyArray<Command> {
    const votes = [...state.proposals.values()]
      .filter(({ proposal, released }) => released === undefined && !this.#isForgotten(proposal.id))
      .map(({ proposal, votes: cast }): Command => ({
        kind: "vote",
        proposal: proposal.id,
        by: cast.has(DANA.name) ? ERIN : DANA,
        choice: "approve",
      }))
    const done = [...state.tasks.values()]
      .filter(({ task }) => !this.#isForgotten(task.id))
      .map(({ task }): Command => ({
        kind: "byHand",
        task: task.id,
        by: ERIN,
        says: { kind: "completed", result: "done" },
      }))
    const open = new Set([...state.proposals.keys(), ...state.tasks.keys()])
    for (const id of this.#known) if (!open.has(id)) this.#known.delete(id)
    return [...votes, ...done]
  }

  #isForgotten(id: string): boolean {
    if (!this.#known.has(id)) {
      this.#known.add(id)
      if (this.#random.next() < FORGOTTEN) this.#forgotten.add(id)
    }
    return this.#forgotten.has(id)
  }

  #acknowledged(): ReadonlyArray<Command> {
    return MEMBERS.flatMap((actor): ReadonlyArray<Command> => {
      const unread = this.#unread.get(actor.name)!
      if (unread.length <= UNREAD * 2) return []
      const items = unread.splice(0, unread.length - UNREAD)
      return [{ kind: "report", type: "inbox.acknowledged", data: { member: actor.name, items }, actor }]
    })
  }

  #message(): Pick<Event, "type" | "actor" | "data"> {
    const { name } = this.#random.pick(MEMBERS)
    const text = this.#random.pick(TEXTS)
    const where = this.#random.next() < 0.5 ? { channel: "general" } : { to: name }
    const author = MEMBERS.find((one) => one.name !== name)!
    return { type: "message.send.requested", actor: author, data: { ...where, text } }
  }
}

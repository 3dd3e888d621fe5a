/** One identity at the daemon: what it may do is decided by the same service that all doors lead to. */
import type { Operations } from "./operations.ts"
import type {
  Decided,
  EventFilter,
  EventQuery,
  Explanation,
  Hold,
  HoldFilter,
  ListFilter,
  LoggedEvent,
  NewEvent,
  Page,
  Proposal,
  Task,
  Vote,
} from "./types.ts"

/** Every method rejects with a `CharterError`. */
export class Member {
  readonly #operations: Operations

  /** @internal */
  constructor(operations: Operations) {
    this.#operations = operations
  }

  /**
   * Publishes an event, and answers once it is decided and in the log. With `wait`, a held event is waited for, at most
   * so many milliseconds and ten minutes; `holdState` says what has become of it.
   */
  publish(event: NewEvent, options: { readonly wait?: number } = {}): Promise<Decided> {
    return this.#operations.publish(event, options)
  }

  /** Events that this identity may read, by default the oldest first. */
  events(query: EventQuery = {}): Promise<Page<LoggedEvent>> {
    return this.#operations.events(query)
  }

  /**
   * Events as they come: from this call on, or everything after a cursor (`""`: from the beginning). Ends with the
   * daemon.
   */
  follow(filter: EventFilter & { readonly after?: string } = {}): AsyncIterable<LoggedEvent> {
    return this.#operations.follow(filter)
  }

  /** Why an event was decided as it was, and what would change that. */
  explain(event: string): Promise<Explanation> {
    return this.#operations.explain(event)
  }

  holds(filter: HoldFilter = {}): Promise<Page<Hold>> {
    return this.#operations.holds(filter)
  }

  hold(id: string): Promise<Hold> {
    return this.#operations.hold(id)
  }

  proposals(filter: ListFilter = {}): Promise<Page<Proposal>> {
    return this.#operations.proposals(filter)
  }

  proposal(id: string): Promise<Proposal> {
    return this.#operations.proposal(id)
  }

  /** Answers with the proposal as it is then. Who may vote is frozen in it: people vote through `charter.as("@NAME")`. */
  vote(proposal: string, vote: Vote | Vote["choice"]): Promise<Proposal> {
    return this.#operations.vote(proposal, vote)
  }

  tasks(filter: ListFilter = {}): Promise<Page<Task>> {
    return this.#operations.tasks(filter)
  }

  task(id: string): Promise<Task> {
    return this.#operations.task(id)
  }
}

import type { Actor } from "../../src/domain/event.ts"
import type { ConditionsInput } from "../conditions/input.ts"

export interface PublishInput extends ConditionsInput {
  /** How many wait at the same time, each for its own publish. */
  readonly producers: number
  /** Publishes that are sent and acknowledged together. */
  readonly batch?: number
  /** A folder of its own, for the database. */
  readonly folder: string
  /** Who publishes, where it is not the events' own actor. */
  readonly actor?: Actor
}

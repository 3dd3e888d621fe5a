/** Which changes of the rules that were let through could not be carried out, for as long as that is so. */
import { Cause } from "effect"

/** After so many failed tries in a row a change is stuck, and people are told. */
export const STUCK_TRIES = 3

const MAX_ERROR_LENGTH = 1_024

export interface FailedTry {
  readonly org: string
  readonly change: string
  /** When it failed first and last, in ms since 1970. */
  readonly since: number
  readonly last: number
  readonly tries: number
  /** Of the last one. */
  readonly error: string
}

export class FailedTries {
  readonly #failed = new Map<string, FailedTry>()

  failed(org: string, change: string, cause: Cause.Cause<unknown>, now: number): FailedTry {
    const before = this.#failed.get(keyOf(org, change))
    const found = {
      org,
      change,
      since: before?.since ?? now,
      last: now,
      tries: (before?.tries ?? 0) + 1,
      error: errorOf(Cause.squash(cause)),
    }
    this.#failed.set(keyOf(org, change), found)
    return found
  }

  succeeded(org: string, change: string): void {
    this.#failed.delete(keyOf(org, change))
  }

  get stuck(): ReadonlyArray<FailedTry> {
    return [...this.#failed.values()].filter(isStuck)
  }
}

const isStuck = ({ tries }: FailedTry): boolean => tries >= STUCK_TRIES

const keyOf = (org: string, change: string): string => `${org} ${change}`

const errorOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH)

/** A refusal in an error channel. */
import { Data } from "effect"
import type { Refusal } from "../domain/refusal.ts"

export class Refused extends Data.TaggedError("Refused")<{ readonly refusal: Refusal }> {
  override get message(): string {
    return this.refusal.message
  }
}

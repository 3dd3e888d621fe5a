import { Clock, type Context, Effect, type Fiber } from "effect"

/** Longest single sleep: a jump of the wall clock is noticed after so long. */
const LONGEST_SLEEP_MS = 60_000

/** Rings when a moment of the wall clock has come: the earliest that it was set to since it rang last. */
export class Alarm {
  readonly #context: Context.Context<never>
  readonly #ring: () => void
  #due = Number.POSITIVE_INFINITY
  #fiber: Fiber.Fiber<void> | undefined

  constructor(context: Context.Context<never>, ring: () => void) {
    this.#context = context
    this.#ring = ring
  }

  /** `due` in ms since 1970. Costs nothing where it is to ring as early already; whoever hears it sets it again. */
  set(due: number): void {
    if (due >= this.#due) return
    this.#fiber?.interruptUnsafe()
    this.#due = due
    this.#fiber = Effect.runForkWith(this.#context)(this.#sleep(due))
  }

  stop(): void {
    this.#fiber?.interruptUnsafe()
  }

  #sleep(due: number): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      now < due
        ? Effect.flatMap(Effect.sleep(Math.min(due - now, LONGEST_SLEEP_MS)), () => this.#sleep(due))
        : Effect.sync(() => {
            this.#due = Number.POSITIVE_INFINITY
            this.#fiber = undefined
            this.#ring()
          }),
    )
  }
}

/**
 * Remembers values as long as somebody else holds them. Entries of values that are gone are swept out whenever the cache
 * has doubled since the last sweep, so it holds at most twice what lives, and each addition costs constant time.
 */
export class WeakCache<V extends object> {
  readonly #entries = new Map<string, WeakRef<V>>()
  #sweepAt = FIRST_SWEEP_ENTRIES

  get(key: string): V | undefined {
    return this.#entries.get(key)?.deref()
  }

  set(key: string, value: V): V {
    if (this.#entries.size >= this.#sweepAt) this.#sweep()
    this.#entries.set(key, new WeakRef(value))
    return value
  }

  /** Entries, those of values that are gone and not yet swept out included. */
  get size(): number {
    return this.#entries.size
  }

  #sweep(): void {
    for (const [key, reference] of this.#entries) if (reference.deref() === undefined) this.#entries.delete(key)
    this.#sweepAt = Math.max(FIRST_SWEEP_ENTRIES, 2 * this.#entries.size)
  }
}

const FIRST_SWEEP_ENTRIES = 1_024

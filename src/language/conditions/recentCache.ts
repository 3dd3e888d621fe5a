/**
 * Remembers what was used lately, in two generations: when the younger one is full it becomes the older one, whose
 * former content is dropped unless it is asked for again. Holds at most twice `maxYoung` entries.
 */
export class RecentCache<V> {
  readonly #maxYoung: number
  #young = new Map<string, V>()
  #old: ReadonlyMap<string, V> = new Map()

  constructor(maxYoung: number) {
    this.#maxYoung = maxYoung
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    return old === undefined ? undefined : this.set(key, old)
  }

  set(key: string, value: V): V {
    if (this.#young.size >= this.#maxYoung) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
    return value
  }
}

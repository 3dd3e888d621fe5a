/** A small seeded generator: the same workload in every process and on every machine. */

export interface Random {
  /** In [0, 1). */
  readonly next: () => number
  /** A whole number in [0, below). */
  readonly below: (below: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** So many different ones, in random order. */
  readonly sample: <A>(from: ReadonlyArray<A>, count: number) => ReadonlyArray<A>
}

/** The generator "mulberry32". */
export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const sample = <A>(from: ReadonlyArray<A>, count: number): ReadonlyArray<A> => {
    const left = [...from]
    return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]!)
  }
  return { next, below, pick: (from) => from[below(from.length)]!, sample }
}

/** What one contestant of a comparison is: a module with this as its default export, run in a process of its own. */

/** Makes everything ready; what it returns is then asked for slices of work. */
export type Prepare<Input = never> = (input: Input) => Contestant | Promise<Contestant>

export interface Contestant {
  /** Works for about so many milliseconds; answers how much it has done in one second, in its own unit. */
  readonly slice: (ms: number) => number | Promise<number>
  /** What it says to the first `count` pieces of work, to be compared with what the others say. */
  readonly answers?: (count: number) => ReadonlyArray<string> | Promise<ReadonlyArray<string>>
  /** Further figures, by name. */
  readonly figures?: () => Readonly<Record<string, number>>
  readonly close?: () => Promise<void>
}

/** The rate of a function that does one piece of work, which must not be much slower than 10 ms. */
export const rateOf = (ms: number, work: () => void): number => {
  const start = performance.now()
  const end = start + ms
  let done = 0
  // The clock is looked at about every millisecond, whatever the work costs.
  for (let batch = 1, now = start; now < end;) {
    const before = now
    for (let index = 0; index < batch; index++) work()
    done += batch
    now = performance.now()
    if (now - before < 0.5) batch *= 2
    else if (now - before > 2 && batch > 1) batch >>= 1
  }
  return (done * 1_000) / (performance.now() - start)
}

/** The same for work that answers later, one piece after the other. */
export const rateOfAsync = async (ms: number, work: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  let done = 0
  while (performance.now() - start < ms) {
    await work()
    done++
  }
  return (done * 1_000) / (performance.now() - start)
}

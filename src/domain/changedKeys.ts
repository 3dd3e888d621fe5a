/** Keys that came, went, or whose item has another value, in order. */
export const changedKeys = <A>(
  before: Readonly<Record<string, A>>,
  after: Readonly<Record<string, A>>,
  valueOf: (item: A | undefined) => unknown = (item) => item,
): ReadonlyArray<string> => {
  const removed = Object.keys(before).filter((key) => after[key] === undefined)
  const others = Object.keys(after).filter((key) => valueOf(after[key]) !== valueOf(before[key]))
  return [...removed, ...others].toSorted()
}

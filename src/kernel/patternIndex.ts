/** Items found by the event types that their patterns cover, without trying every pattern. */
import { typeMatches } from "../domain/eventTypes.ts"

type Entry<A> = readonly [pattern: string, item: A]

export class PatternIndex<A> {
  /** By the type itself, where a pattern is one. */
  readonly #exact: ReadonlyMap<string, ReadonlyArray<A>>
  /** Other patterns: by their first word, or `""` where that has a `*`. */
  readonly #open: ReadonlyMap<string, ReadonlyArray<Entry<A>>>

  constructor(entries: ReadonlyArray<Entry<A>>) {
    const exact = new Map<string, Array<A>>()
    const open = new Map<string, Array<Entry<A>>>()
    for (const entry of entries) {
      const [pattern, item] = entry
      if (!pattern.includes("*")) push(exact, pattern, item)
      else {
        const word = firstWord(pattern)
        push(open, word.includes("*") ? "" : word, entry)
      }
    }
    this.#exact = exact
    this.#open = open
  }

  /** Each item once, whatever number of its patterns cover the type. */
  find(type: string): ReadonlySet<A> {
    const found = new Set<A>(this.#exact.get(type))
    for (const word of [firstWord(type), ""])
      for (const [pattern, item] of this.#open.get(word) ?? []) if (typeMatches(pattern, type)) found.add(item)
    return found
  }
}

const push = <A>(lists: Map<string, Array<A>>, key: string, item: A): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

const firstWord = (type: string): string => {
  const end = type.indexOf(".")
  return end < 0 ? type : type.slice(0, end)
}

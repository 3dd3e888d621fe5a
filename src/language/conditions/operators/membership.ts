/** The library's `value.indexOf(fact)`, total. */

/** Longer literal lists are looked up in a set. */
const SET_FROM_ITEMS = 9

/**
 * A list has the fact as an item, or a text has it as a part: a literal text is refused at load, but another fact may
 * hold one. Anything else has no parts.
 */
export const isMember = (fact: unknown, value: unknown): boolean => {
  if (Array.isArray(value)) return value.indexOf(fact) > -1
  if (typeof value !== "string") return false
  try {
    return value.indexOf(fact as string) > -1
  } catch {
    return false // a map whose `toString` is no function has no text
  }
}

export const memberOf = (value: unknown): ((fact: unknown) => boolean) => {
  if (!Array.isArray(value)) return (fact) => isMember(fact, value)
  if (value.length < SET_FROM_ITEMS) return (fact) => value.indexOf(fact) > -1
  const items = new Set<unknown>(value)
  return (fact) => items.has(fact)
}

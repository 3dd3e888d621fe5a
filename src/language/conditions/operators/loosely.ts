/**
 * The library's comparison for facts that are no numbers: what begins like a number passes (`"10"`, `[5]`), then the
 * language's own comparison decides. Total: a value that cannot be made text compares false.
 */
export const loosely = (fact: unknown, value: unknown, holds: (fact: number, value: number) => boolean): boolean => {
  try {
    return !Number.isNaN(Number.parseFloat(fact as string)) && holds(fact as number, value as number)
  } catch {
    return false
  }
}

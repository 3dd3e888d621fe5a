/**
 * A table that is asked with words from outside: it holds what was written into it, and nothing that every object has.
 * `({})["constructor"]` is a function; an event type, an option or a fact may be called so.
 */
export const table = <T extends object>(entries: T): T => Object.assign(Object.create(null) as object, entries) as T

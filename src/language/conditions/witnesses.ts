/** Values that a fact could have instead, as examples for explanations. Each is only proposed: whoever uses it tries it. */
import type { Leaf } from "../../domain/contract.ts"
import type { FieldShape } from "./factFields.ts"
import { sampleOf } from "./nativeRegex.ts"

/** Stands for a fact that is not there. */
export const MISSING: unique symbol = Symbol("missing")

/** Stands for any text that is none of those that are compared with. */
export const ANOTHER = "another value"

/**
 * @param compared the value that the leaf compares with
 * @param seen the fact's value
 */
export const witnesses = (
  leaf: Leaf,
  compared: unknown,
  seen: unknown,
  shape: FieldShape | undefined,
): ReadonlyArray<unknown> => {
  const name = leaf.operator.split(":").at(-1)!
  const values = [compared].flat(2).flatMap((value) => near(name, value))
  const known = shape?.values ?? []
  const plain = [...values, ...known, typeof seen === "boolean" ? !seen : ANOTHER]
  const lists = leaf.operator.includes("Fact:") || /contain/i.test(name) || Array.isArray(seen)
  const listed = lists ? listsOf(plain, seen) : []
  return [...listed, ...plain, ...(name === "isA" ? membersOf(plain, seen) : []), MISSING]
}

/** The value, and those on either side of it. */
const near = (operator: string, value: unknown): ReadonlyArray<unknown> => {
  if (typeof value === "number") return [value, value + 1, value - 1]
  if (typeof value !== "string") return [value]
  switch (operator) {
    case "matches":
      return [sampleOf(value)].filter((sample) => sample !== undefined)
    case "before":
    case "after":
      return [-1000, 1000].flatMap((by) => moved(value, by))
    case "isA":
      return [value, value.replaceAll("*", "x")]
    default:
      return [value]
  }
}

const moved = (time: string, by: number): ReadonlyArray<string> => {
  const instant = Date.parse(time)
  return Number.isNaN(instant) ? [] : [new Date(instant + by).toISOString()]
}

const listsOf = (values: ReadonlyArray<unknown>, seen: unknown): ReadonlyArray<unknown> => {
  const list: ReadonlyArray<unknown> = Array.isArray(seen) ? seen : []
  return [
    ...values.map((value) => [...list, value]),
    ...values.map((value) => list.filter((item) => item !== value)),
    ...values.map((value) => [value]),
    [],
  ]
}

/** The member that was seen, with other roles. */
const membersOf = (values: ReadonlyArray<unknown>, seen: unknown): ReadonlyArray<unknown> => {
  if (typeof seen !== "object" || seen === null || Array.isArray(seen)) return []
  const { roles } = seen as { readonly roles?: unknown }
  return listsOf(values, roles).map((list) => ({ ...seen, roles: list }))
}

import { loosely } from "./loosely.ts"
import { nameOf, type Operator, wrongValue } from "./operator.ts"

const atLeast = (fact: number, value: number): boolean => fact >= value
const atMost = (fact: number, value: number): boolean => fact <= value

const isBetween = (fact: unknown, low: unknown, high: unknown): boolean =>
  loosely(fact, low, atLeast) && loosely(fact, high, atMost)

/** `[low, high]`, both included. */
export const between: Operator = {
  name: "between",
  test: (fact, value) => Array.isArray(value) && value.length === 2 && isBetween(fact, value[0], value[1]),
  prepare: (value) => {
    if (!Array.isArray(value) || value.length !== 2) return () => false
    const [low, high]: ReadonlyArray<unknown> = value
    if (typeof low !== "number" || typeof high !== "number") return (fact) => isBetween(fact, low, high)
    return (fact) => (typeof fact === "number" ? fact >= low && fact <= high : isBetween(fact, low, high))
  },
  check: (value) => {
    if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite))
      return wrongValue(
        `\`between\` needs a list of two numbers, not ${nameOf(value)}.`,
        "Write `between: [9, 17]`; for points in time write `after` and `before`.",
      )
    const [low, high] = value as [number, number]
    return low <= high
      ? undefined
      : wrongValue(
          `\`between\` needs the smaller number first, and ${low} is above ${high}.`,
          `Write \`between: [${high}, ${low}]\`.`,
        )
  },
  accepts: ["number"],
  cost: 2,
  words: { is: "is between", isNot: "is not between" },
}

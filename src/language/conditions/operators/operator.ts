/** What an operator is, and the checks of literal values that several share. */

/** The type of a fact as far as it is known before an event is seen. */
export type FactType = "string" | "number" | "boolean" | "list" | "object" | "unknown"

export interface Operator {
  readonly name: string
  /**
   * Compares a fact's value with the leaf's. Total: any two JSON values, or `undefined` for a missing one, give a
   * boolean and never an exception; a missing fact makes a positive operator false and a negated one true.
   */
  readonly test: (fact: unknown, value: unknown) => boolean
  /** `test` with its value given once: the same answers, faster. Left out where there is nothing to gain. */
  readonly prepare?: (value: unknown) => (fact: unknown) => boolean
  /** What is wrong with this literal value. */
  readonly check: (value: unknown) => Problem | undefined
  /** Fact types that it can ever hold for; a leaf on another known type is refused. */
  readonly accepts: ReadonlyArray<FactType>
  /** The value cannot be read from another fact. */
  readonly literalOnly?: true
  /** `not`-variants of the library: true where the fact is missing. */
  readonly negative?: true
  /** Relative time of one test; leaves of a group are tried in this order. */
  readonly cost: number
  readonly words: Words
}

/** For sentences: `data.amount` + `is greater than` + `100`. */
export interface Words {
  readonly is: string
  readonly isNot: string
  /** The value is no part of the sentence: `true` says `is`, `false` says `isNot`. */
  readonly unary?: true
}

export interface Problem {
  /** Stable, kebab-case. */
  readonly code: string
  /** What is wrong and what was expected, as a sentence. */
  readonly message: string
  /** What to write instead. */
  readonly suggestion?: string
}

export const ANY_FACT: ReadonlyArray<FactType> = ["string", "number", "boolean", "list", "object"]
export const SCALAR_FACT: ReadonlyArray<FactType> = ["string", "number", "boolean"]

export const isScalar = (value: unknown): boolean =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)

export const wrongValue = (message: string, suggestion?: string): Problem =>
  suggestion === undefined ? { code: "wrong-value", message } : { code: "wrong-value", message, suggestion }

/** How a value is named in messages. */
export const nameOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "a map"
        : `${JSON.stringify(value)}`

export const checkScalar =
  (operator: string, forList: string) =>
  (value: unknown): Problem | undefined => {
    if (isScalar(value)) return undefined
    return Array.isArray(value)
      ? wrongValue(`\`${operator}\` compares with one value, and a list never equals another.`, `Write \`${forList}\`.`)
      : wrongValue(`\`${operator}\` compares with text, a number, true, false or null, not with ${nameOf(value)}.`)
  }

export const checkList =
  (operator: string, forOne: string) =>
  (value: unknown): Problem | undefined => {
    if (!Array.isArray(value))
      return wrongValue(
        `\`${operator}\` needs a list of values, not ${nameOf(value)}.`,
        `Write \`${forOne}\`, or a list.`,
      )
    if (value.length === 0) return wrongValue(`\`${operator}\` needs at least one value in its list.`)
    const odd = value.find((item) => !isScalar(item))
    return odd === undefined
      ? undefined
      : wrongValue(
          `\`${operator}\` compares with text, numbers, true, false or null; ${nameOf(odd)} never equals a value.`,
        )
  }

export const checkNumber =
  (operator: string) =>
  (value: unknown): Problem | undefined => {
    if (Number.isFinite(value)) return undefined
    if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
      return wrongValue(
        `\`${operator}\` needs a number; text would be compared letter by letter.`,
        `Write ${Number(value)} without quotes.`,
      )
    return wrongValue(
      `\`${operator}\` needs a number, not ${nameOf(value)}.`,
      "For points in time write `before` or `after`.",
    )
  }

export const checkText =
  (operator: string) =>
  (value: unknown): Problem | undefined =>
    typeof value === "string" && value.length > 0
      ? undefined
      : wrongValue(`\`${operator}\` needs text that is not empty, not ${value === "" ? "empty text" : nameOf(value)}.`)

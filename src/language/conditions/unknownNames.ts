/** What is said about names that do not exist. */
import { didYouMean } from "../suggest.ts"
import type { Problem } from "./operators/operator.ts"

export const unknownKeys = (what: string, given: object, known: ReadonlyArray<string>): Problem | undefined => {
  const stray = Object.keys(given).find((key) => !known.includes(key))
  if (stray === undefined) return undefined
  return {
    code: "unknown-param",
    message:
      known.length === 0
        ? `${what} takes no parameters, and \`${stray}\` is given.`
        : `${what} knows ${known.join(", ")}, not \`${stray}\`.`,
    ...suggested(didYouMean(stray, known)),
  }
}

export const unknownName = (what: string, name: string, known: Iterable<string>, code = `unknown-${what}`): Problem => {
  const names = [...known]
  return {
    code,
    message: `There is no ${what} ${JSON.stringify(name)}.`,
    suggestion: didYouMean(name, names) ?? `Known are ${names.join(", ")}.`,
  }
}

export const suggested = (suggestion: string | undefined): { readonly suggestion?: string } =>
  suggestion === undefined ? {} : { suggestion }

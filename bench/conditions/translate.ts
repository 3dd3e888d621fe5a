/** Conditions in the words of a peer. The workload uses six operators; each peer says how it writes them. */
import type { Condition, Leaf } from "../../src/domain/contract.ts"

export interface Dialect<A> {
  readonly all: (parts: ReadonlyArray<A>) => A
  readonly any: (parts: ReadonlyArray<A>) => A
  readonly not: (part: A) => A
  readonly equal: (path: string, value: string) => A
  readonly in: (path: string, values: ReadonlyArray<string>) => A
  readonly contains: (path: string, value: string) => A
  readonly greaterThan: (path: string, value: number) => A
  readonly lessThanInclusive: (path: string, value: number) => A
  readonly matches: (path: string, pattern: string) => A
}

export const translate = <A>(condition: Condition, dialect: Dialect<A>): A => {
  if ("all" in condition) return dialect.all(condition.all.map((part) => translate(part, dialect)))
  if ("any" in condition) return dialect.any(condition.any.map((part) => translate(part, dialect)))
  if ("not" in condition) return dialect.not(translate(condition.not, dialect))
  if ("condition" in condition) throw new Error("the workload has no shared conditions")
  return leafOf(condition, dialect)
}

/** Folders of a pattern of the workload, which is `^(?:src|docs)/`: for peers without regular expressions. */
export const foldersOf = (pattern: string): ReadonlyArray<string> => /^\^\(\?:(.*)\)\/$/.exec(pattern)![1]!.split("|")

/** The names from the event's own attribute on: `data.repo.branch`. */
const pathOf = ({ fact, path = "$" }: Leaf): string => `${fact}${path.slice(1)}`

const leafOf = <A>(leaf: Leaf, dialect: Dialect<A>): A => {
  const path = pathOf(leaf)
  const { value } = leaf
  switch (leaf.operator) {
    case "equal":
    case "contains":
    case "matches":
      return dialect[leaf.operator](path, value as string)
    case "in":
      return dialect.in(path, value as ReadonlyArray<string>)
    case "greaterThan":
    case "lessThanInclusive":
      return dialect[leaf.operator](path, value as number)
    default:
      throw new Error(`the workload has no operator ${leaf.operator}`)
  }
}

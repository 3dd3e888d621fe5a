/** What a limit or a budget counts separately. */
import type { KeyPart } from "../../domain/contract.ts"
import { dataPath } from "./facts.ts"
import { enumeration } from "./prose.ts"

/** `for each actor`, `for each combination of actor and data.repository (...)`, `in all`. */
export const keyPhrase = (parts: ReadonlyArray<KeyPart>): string => {
  if (parts.length === 0) return "in all"
  const names = parts.map((part) => (part.kind === "data" ? dataPath(part.path) : NAMES[part.kind]))
  const optional = parts.some(({ kind }) => kind !== "actor" && kind !== "org" && kind !== "correlation")
  return (
    (parts.length === 1 ? `for each ${names[0]}` : `for each combination of ${enumeration(names, "and")}`) +
    (!optional
      ? ""
      : parts.length === 1
        ? " (events without one count together)"
        : " (a missing part counts as a value of its own)")
  )
}

const NAMES: Readonly<Record<Exclude<KeyPart["kind"], "data">, string>> = {
  actor: "actor",
  org: "organization",
  subject: "subject",
  run: "run",
  correlation: "correlation",
}

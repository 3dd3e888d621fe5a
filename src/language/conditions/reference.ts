/** What a leaf says about the value that it reads. */
import type { FactName, FactParams, Leaf } from "../../domain/contract.ts"

/** The part of a leaf, or of its value, that says what to read. */
export type Reference = Pick<Leaf, "fact" | "path" | "params">

/** A right side that is read from a fact: any map that owns `fact`, as in the library. */
export const isReference = (
  value: unknown,
): value is { readonly fact: FactName; readonly path?: string; readonly params?: FactParams } =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "fact")

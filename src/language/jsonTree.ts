/** JSON as the readers see a file: what arrives as data is read by the same code as what is written in YAML. */
import { type Node, scalarAt } from "./tree.ts"

const NOWHERE = { start: 0, end: 0 }

export const nodeOf = (json: unknown): Node => {
  if (Array.isArray(json)) return { kind: "list", items: json.map(nodeOf), ...NOWHERE }
  if (typeof json === "object" && json !== null) {
    const entries = Object.entries(json).map(([key, value]) => ({
      key,
      keySpan: NOWHERE,
      value: nodeOf(value),
      plain: false,
    }))
    return { kind: "map", entries, ...NOWHERE }
  }
  const isScalar = typeof json === "string" || typeof json === "number" || typeof json === "boolean"
  // Not empty, as a key without a value would be: null is one that was written.
  return scalarAt(isScalar ? json : null, isScalar ? NOWHERE : { start: 0, end: 1 })
}

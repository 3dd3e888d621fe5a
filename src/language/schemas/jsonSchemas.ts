/** JSON Schemas (draft 2020-12) of the documents, for editors. */
import { Schema } from "effect"
import { ContractDocument } from "./contract.ts"
import { ContractTestsDocument } from "./contractTests.ts"
import { OrganizationDocument } from "./organization.ts"

const DOCUMENTS = {
  contract: { schema: ContractDocument, title: "A contract of Charter" },
  organization: { schema: OrganizationDocument, title: "An organization of Charter" },
  "contract-tests": { schema: ContractTestsDocument, title: "Tests of Charter contracts" },
} as const

/** File name below `schemas/` → its text. */
export const jsonSchemaFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(DOCUMENTS).map(([name, { schema, title }]) => {
      const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
      const content = {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        title,
        ...(plain(document.schema) as object),
        $defs: plain(document.definitions),
      }
      return [`${name}.schema.json`, `${JSON.stringify(content, null, 2)}\n`]
    }),
  )

/** `{ allOf: [{ $ref }, { description }] }` → `{ $ref, description }`, which means the same and which editors show. */
export const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const { allOf, ...rest } = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
  if (!Array.isArray(allOf)) return allOf === undefined ? rest : { ...rest, allOf }
  const merged: Record<string, unknown> = { ...rest }
  const kept = allOf.filter((part: Readonly<Record<string, unknown>>) => {
    if (Object.keys(part).some((key) => Object.hasOwn(merged, key))) return true
    Object.assign(merged, part)
    return false
  })
  return kept.length === 0 ? merged : { ...merged, allOf: kept }
}

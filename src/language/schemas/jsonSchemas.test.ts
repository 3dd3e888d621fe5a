import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { jsonSchemaFiles } from "./jsonSchemas.ts"

const root = new URL("../../../", import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), "utf8")
const schemas = new Map(
  [...jsonSchemaFiles()].map(([name, text]) => [name.replace(".schema.json", ""), JSON.parse(text) as object]),
)
const validators = new Map([...schemas].map(([name, schema]) => [name, new Ajv2020({ strict: false }).compile(schema)]))

const documents = (text: string): ReadonlyArray<unknown> => {
  const parsed = parseAllDocuments(text)
  return Array.isArray(parsed) ? parsed.map((document): unknown => document.toJS()) : []
}

const validatorOf = (document: unknown): ValidateFunction | undefined => {
  const keys = typeof document === "object" && document !== null ? Object.keys(document) : []
  return validators.get(
    keys.includes("cases") ? "contract-tests" : keys.includes("organization") ? "organization" : "contract",
  )
}

describe("JSON Schemas", () => {
  it.each([...jsonSchemaFiles()])("schemas/%s is up to date (node scripts/schemas.ts)", (name, text) => {
    expect(read(`schemas/${name}`)).toBe(text)
  })

  it.each(["organization.yaml", ...readdirSync(new URL("test/language/good/", root)).map((name) => `good/${name}`)])(
    "accepts %s",
    (file) => {
      for (const document of documents(read(`test/language/${file}`))) {
        const validate = validatorOf(document)!
        validate(document)
        expect(validate.errors).toBeNull()
      }
    },
  )

  const contract = { contract: "c", scope: "@team", on: "deploy.requested", then: "allow" }
  const organization = { organization: "@team", members: [] }
  const tests = { organization: "@team", cases: [{ name: "x", event: { type: "a.b" } }] }

  it("accepts the smallest documents", () => {
    for (const document of [contract, organization, tests]) expect(validatorOf(document)!(document)).toBe(true)
  })

  it.each<[string, object]>([
    ["an unknown key", { ...contract, whn: {} }],
    ["a missing key", { contract: "c", scope: "@team", on: "a.b" }],
    ["an organization without its sign", { ...contract, scope: "team" }],
    ["an unknown effect", { ...contract, then: "alow" }],
    ["an unknown effect as a call", { ...contract, then: ["denny(x)"] }],
    ["an unknown effect as a map", { ...contract, then: [{ denny: "x" }] }],
    ["an unknown key of an effect", { ...contract, then: { limit: { max: 1, within: "1h", pr: "actor" } } }],
    ["a duration without its unit", { ...contract, then: { limit: { max: 1, within: "1" } } }],
    ["an unknown fact", { ...contract, when: { fact: "dta", operator: "equal", value: 1 } }],
    ["an unknown operator", { ...contract, when: { fact: "data", operator: "eqal", value: 1 } }],
    ["an unknown fact in the short form", { ...contract, when: { environment: "production" } }],
    ["an unknown operator in the short form", { ...contract, when: { "data.x": { greatrThan: 1 } } }],
    ["a node with several keys", { ...contract, when: { all: [{ type: "a" }], any: [{ type: "b" }] } }],
    ["an empty all", { ...contract, when: { all: [] } }],
    ["an unknown mode", { ...contract, mode: "shadw" }],
    ["a human with an executor", { ...organization, members: [{ human: "dana", executor: { kind: "command" } }] }],
    ["an unknown default", { ...organization, default: "maybe" }],
    ["a choice that is no text", { ...tests, cases: [{ ...tests.cases[0], then: [{ vote: 7, by: "dana" }] }] }],
    ["an unknown expectation", { ...tests, cases: [{ ...tests.cases[0], expect: { verdct: "allow" } }] }],
  ])("refuses %s", (_, document) => {
    expect(validatorOf(document)!(document)).toBe(false)
  })

  it("says something about every key of a map with fixed keys", () => {
    const silent: Array<string> = []
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return
      const { properties } = node as { readonly properties?: Readonly<Record<string, object>> }
      if (properties !== undefined && "type" in node)
        for (const [key, part] of Object.entries(properties))
          if (!("description" in part)) silent.push(`${path}/${key}`)
      for (const [key, part] of Object.entries(node)) walk(part, `${path}/${key}`)
    }
    for (const [name, schema] of schemas) walk(schema, name)
    expect(silent).toEqual([])
  })
})

/** JSON Schema as people read it: `{ id: text, next?: text }`, as HTML with a link to every named schema. */
import type { Json } from "./described.ts"

const MAX_LINE_LENGTH = 72
const MAX_DEPTH = 12

/** Of the schemas that the document is made of; anything else is `any JSON`. */
export const shapeOf = (schema: Json, indent = ""): string => {
  const { $ref, type, enum: choices, anyOf, items, properties, format } = schema
  if (typeof $ref === "string") {
    const name = $ref.slice($ref.lastIndexOf("/") + 1)
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (Array.isArray(choices)) return choices.map((one) => escape(JSON.stringify(one))).join(" | ")
  if (Array.isArray(anyOf)) return anyOf.map((one: Json) => shapeOf(one, indent)).join(" | ")
  if (indent.length > 2 * MAX_DEPTH) return "…"
  switch (type) {
    case "string":
      return format === "date-time" ? "time" : "text"
    case "integer":
      return "whole number"
    case "number":
    case "boolean":
      return type
    case "array":
      return `[${shapeOf((items ?? {}) as Json, indent)}]`
    case "object":
      return objectShape(schema, (properties ?? {}) as Readonly<Record<string, Json>>, indent)
    default:
      return Array.isArray(type) ? type.join(" | ") : "any JSON"
  }
}

const objectShape = (schema: Json, properties: Readonly<Record<string, Json>>, indent: string): string => {
  const required = new Set((schema["required"] ?? []) as ReadonlyArray<string>)
  const { additionalProperties: others } = schema
  const members = Object.entries(properties).map(
    ([name, member]) => `${escape(name)}${required.has(name) ? "" : "?"}: ${shapeOf(member, `${indent}  `)}`,
  )
  if (typeof others === "object" && others !== null) members.push(`[other]: ${shapeOf(others as Json, `${indent}  `)}`)
  else if (members.length === 0) return others === false ? "{}" : "{ … }"
  const line = `{ ${members.join(", ")} }`
  return plainLength(line) + indent.length <= MAX_LINE_LENGTH && !line.includes("\n")
    ? line
    : `{\n${members.map((member) => `${indent}  ${member}`).join("\n")}\n${indent}}`
}

const plainLength = (html: string): number => html.replaceAll(/<[^>]*>/g, "").length

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")

/** The OpenAPI 3.1 document of every operation, made from the schemas that validate requests and type answers. */
import { Schema, SchemaRepresentation } from "effect"
import { plain } from "../../language/schemas/jsonSchemas.ts"
import { VERSION } from "../../version.ts"
import { EventDocument } from "../envelope.ts"
import { routes } from "../routes.ts"
import { beside } from "./beside.ts"
import { type Answer, type Content, type Described, describedRoute, type Json, PROBLEMS } from "./described.ts"

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required: boolean
  readonly description?: string
  readonly schema: Json
}

export interface Media {
  readonly schema: Json
}

export interface Response {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Json }>>
  readonly content?: Readonly<Record<string, Media>>
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly [string]
  readonly summary: string
  readonly description?: string
  readonly security: ReadonlyArray<Json>
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> }
  /** By status. */
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>
}

export interface OpenApi {
  readonly openapi: "3.1.0"
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: ReadonlyArray<{ readonly url: string }>
  readonly tags: ReadonlyArray<{ readonly name: string }>
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>
    readonly responses: Readonly<Record<string, Response>>
    readonly securitySchemes: Json
  }
}

const DESCRIPTION = `One daemon in which AI agents and humans work together under rules that everyone can read.

Send the token as \`Authorization: Bearer TOKEN\`. Whatever is refused is a problem document (RFC 9457) with a stable \
\`type\`. A list reads \`{ items, next? }\`: send \`next\` as \`after\` for the page that follows. Times are RFC 3339, in \
UTC. What a request does not know is refused; what an answer has beyond this document, later versions have added.`

export const openApiDocument = (): OpenApi => {
  const described = [...beside.slice(0, 2), ...routes.map(describedRoute), ...beside.slice(2)]
  const results = resultSchemas([...described.flatMap(({ answers }) => Object.values(answers)), ...PROBLEM_ANSWERS])
  const tagOf = tagging(described)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const one of described)
    (paths[one.path] ??= {})[one.method.toLowerCase()] = operationOf(one, tagOf(one), results.of)
  return {
    openapi: "3.1.0",
    info: { title: "Charter", version: VERSION, description: DESCRIPTION },
    servers: [{ url: "/" }],
    tags: [...new Set(described.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { NewEvent: newEvent(), ...results.definitions },
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, answer]) => [`Problem${status}`, responseOf(answer, results.of)]),
      ),
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  }
}

const PROBLEM_ANSWERS = Object.values(PROBLEMS)

const SECURITY = { needed: [{ token: [] }], optional: [{ token: [] }, {}], none: [] }

type JsonSchemaOf = (schema: Schema.Top) => Json

const operationOf = (one: Described, tag: string, jsonSchemaOf: JsonSchemaOf): Operation => ({
  operationId: operationId(one),
  tags: [tag],
  summary: one.summary,
  ...(one.description === undefined ? undefined : { description: one.description }),
  security: SECURITY[one.token],
  parameters: [
    ...parametersOf("path", one.params),
    ...parametersOf("query", one.query),
    ...Object.entries(one.headers ?? {}).map(([name, description]): Parameter => ({
      name,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    })),
  ],
  ...(one.body === undefined ? undefined : { requestBody: requestBodyOf(one.body) }),
  responses: {
    ...Object.fromEntries(one.problems.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
    ...Object.fromEntries(
      Object.entries(one.answers).map(([status, answer]) => [status, responseOf(answer, jsonSchemaOf)]),
    ),
  },
})

/** `GET /v1/events/{id}/explanation` → `getEventsByIdExplanation`. */
const operationId = ({ method, path }: Described): string =>
  `${method.toLowerCase()}${path.replace("/v1", "").replaceAll("{", "by/")}`.replaceAll(
    /\W+(\w?)/g,
    (_, letter: string) => letter.toUpperCase(),
  )

/** The first word of the path, where several operations share it. */
const tagging = (described: ReadonlyArray<Described>): ((one: Described) => string) => {
  const wordOf = ({ path }: Described): string => path.split("/")[2] ?? ""
  const sizes = Map.groupBy(described, wordOf)
  return (one) => ((sizes.get(wordOf(one))?.length ?? 0) > 1 && wordOf(one) !== "" ? wordOf(one) : "daemon")
}

// ── requests ────────────────────────────────────────────────────────────────────────────────────────────────────────

const parametersOf = (
  place: "path" | "query",
  schema: Schema.Struct<Schema.Struct.Fields> | undefined,
): ReadonlyArray<Parameter> => {
  const { properties = {}, required = [] } = schema === undefined ? {} : requestSchema(schema)
  return Object.entries(properties as Readonly<Record<string, Json>>).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: (required as ReadonlyArray<string>).includes(name),
    ...(typeof description === "string" ? { description } : undefined),
    schema: rest,
  }))
}

const requestBodyOf = (content: Content): NonNullable<Operation["requestBody"]> => {
  const media = mediaOf(content, requestSchema)
  const required = Object.values(media).some(({ schema: { properties, required: names } }) => !properties || names)
  return { required, content: media }
}

/** Closed: what a request does not know is refused. */
const requestSchema = (schema: Schema.Top): Json => {
  const { schema: json, definitions } = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  if ("not" in json) return { type: "object", properties: {}, additionalProperties: false }
  return inlined(plain(json), plain(definitions) as Readonly<Record<string, Json>>) as Json
}

/** What the language's small schemas are called means nothing here. */
const inlined = (value: unknown, definitions: Readonly<Record<string, Json>>): unknown => {
  if (Array.isArray(value)) return value.map((one) => inlined(one, definitions))
  if (typeof value !== "object" || value === null) return value
  const { $ref, ...rest } = value as Json
  const others = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, inlined(part, definitions)]))
  if (typeof $ref !== "string") return others
  return { ...(inlined(definitions[$ref.slice($ref.lastIndexOf("/") + 1)], definitions) as Json), ...others }
}

/** CloudEvents allows extension attributes, which are no objects and no lists; an attribute that is null is not set. */
const newEvent = (): Json => {
  const { properties, ...rest } = requestSchema(EventDocument)
  const { type, data, ...attributes } = properties as Readonly<Record<string, Json>>
  const nullable = Object.entries(attributes).map(([name, schema]) => [name, { anyOf: [schema, { type: "null" }] }])
  return {
    ...rest,
    properties: { type, data, ...(Object.fromEntries(nullable) as Json) },
    additionalProperties: { type: ["string", "number", "boolean", "null"] },
    description:
      "A CloudEvent. `type` alone is enough; `org` is @global and the actor is the token's where nothing is said. An " +
      "attribute that is null is not set. The name of another attribute has lower-case letters and digits only; one that " +
      "is a likely slip of a known name is refused.",
  }
}

// ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const responseOf = ({ description, content, headers }: Answer, jsonSchemaOf: JsonSchemaOf): Response => ({
  description,
  ...(headers === undefined
    ? undefined
    : {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: "string" } }]),
        ),
      }),
  ...(content === undefined ? undefined : { content: mediaOf(content, jsonSchemaOf) }),
})

const mediaOf = (content: Content, jsonSchemaOf: JsonSchemaOf): Readonly<Record<string, Media>> =>
  Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      { schema: Schema.isSchema(schema) ? jsonSchemaOf(schema as Schema.Top) : schema },
    ]),
  )

/** All in one, so that they share their definitions. */
const resultSchemas = (answers: ReadonlyArray<Answer>) => {
  const schemas = [
    ...new Set(answers.flatMap(({ content = {} }) => Object.values(content)).filter((one) => Schema.isSchema(one))),
  ] as ReadonlyArray<Schema.Top> as readonly [Schema.Top, ...ReadonlyArray<Schema.Top>]
  const [first, ...rest] = schemas
  const document = SchemaRepresentation.toJsonSchemaMultiDocument(
    SchemaRepresentation.toRepresentations([first.ast, ...rest.map(({ ast }) => ast)]),
  )
  const { schemas: json, definitions } = inComponents(plain(document)) as {
    readonly schemas: ReadonlyArray<Json>
    readonly definitions: Readonly<Record<string, Json>>
  }
  const bySchema = new Map(schemas.map((schema, index) => [schema, json[index]!]))
  return { definitions, of: (schema: Schema.Top): Json => bySchema.get(schema)! }
}

/** References to where OpenAPI keeps schemas. */
const inComponents = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'))

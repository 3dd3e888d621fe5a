/** Values that fit a schema of the OpenAPI document, and some that may not: made from the document alone, as a client would. */
import fc from "fast-check"
import type { Json } from "../../src/http/openapi/described.ts"

export interface Values {
  readonly of: (schema: Json) => fc.Arbitrary<unknown>
  /** A fitting value with one thing wrong, mostly: the caller asks a validator. */
  readonly spoilt: (schema: Json) => fc.Arbitrary<unknown>
}

/** `known`: values of which each text may be one, so that some requests are about what is there. */
export const valuesFor = (schemas: Readonly<Record<string, Json>>, known: () => ReadonlyArray<string>): Values => {
  const of: Values["of"] = (schema) => {
    const { $ref, enum: choices, anyOf, type, examples } = schema
    if (typeof $ref === "string") return of(schemas[$ref.slice($ref.lastIndexOf("/") + 1)]!)
    if (Array.isArray(choices)) return fc.constantFrom(...(choices as ReadonlyArray<unknown>))
    if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one: Json) => of(one)))
    if (Array.isArray(type)) return fc.oneof(...type.map((one: unknown) => of({ type: one })))
    // What a pattern cannot say, examples show.
    if (Array.isArray(examples)) return fc.constantFrom(...(examples as ReadonlyArray<unknown>))
    switch (type) {
      case "string":
        return textOf(schema)
      case "integer":
        return fc.integer(least(schema))
      case "boolean":
        return fc.boolean()
      case "null":
        return fc.constant(null)
      case "number":
        return fc.double({ noDefaultInfinity: true, noNaN: true, ...least(schema) })
      case "array":
        return fc.array(of(schema["items"] as Json), { minLength: (schema["minItems"] ?? 0) as number, maxLength: 3 })
      case "object":
        return objectOf(schema)
      default:
        return fc.jsonValue({ maxDepth: 3 })
    }
  }

  const textOf = ({ pattern, minLength = 0, maxLength = 40 }: Json): fc.Arbitrary<unknown> => {
    const shape = typeof pattern === "string" ? new RegExp(pattern, "u") : /(?:)/u
    const [least, most] = [minLength as number, Math.min(maxLength as number, 40)]
    const random = shape.test("a".repeat(least))
      ? fc
          .string({ unit: "grapheme", minLength: least, maxLength: most })
          .map((text) => (shape.test(text) ? text : "a"))
      : fc.stringMatching(shape)
    const there = known().filter((text) => shape.test(text))
    return there.length === 0 ? random : fc.oneof(random, fc.constantFrom(...there))
  }

  const objectOf = (schema: Json): fc.Arbitrary<object> => {
    const { properties = {}, required = [], additionalProperties: others, propertyNames } = schema
    const members = Object.entries(properties as Readonly<Record<string, Json>>)
    const declared = fc.record(Object.fromEntries(members.map(([name, member]) => [name, of(member)])), {
      requiredKeys: required as Array<string>,
      noNullPrototype: true,
    })
    if (typeof others !== "object") return declared
    // A random name may be a slip of a known one, which is refused.
    const names =
      members.length > 0
        ? fc.constantFrom("partitionkey", "sampledrate")
        : of({ type: "string", ...(propertyNames as Json | undefined) })
    const more = fc.dictionary(names as fc.Arbitrary<string>, of(others as Json), { maxKeys: 2, noNullPrototype: true })
    return fc.tuple(more, declared).map(([some, all]) => ({ ...some, ...all }))
  }

  const spoilt: Values["spoilt"] = (schema) =>
    fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc
        .tuple(of(schema), fc.nat(), fc.jsonValue({ maxDepth: 1 }), fc.constantFrom("drop", "replace", "add"))
        .map(([value, place, other, how]) => spoil(value, place, other, how)),
    )

  return { of, spoilt }
}

const least = ({ minimum, exclusiveMinimum }: Json): { readonly min?: number; readonly minExcluded?: true } => ({
  ...(typeof minimum === "number" ? { min: minimum } : undefined),
  ...(typeof exclusiveMinimum === "number" ? { min: exclusiveMinimum, minExcluded: true } : undefined),
})

const spoil = (value: unknown, place: number, other: unknown, how: "drop" | "replace" | "add" | string): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return other
  const names = Object.keys(value)
  const name = names[place % (names.length || 1)] ?? "none"
  if (how === "add") return { ...value, "no-such-member": other }
  if (how === "replace") return { ...value, [name]: other }
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
}

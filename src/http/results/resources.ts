/** Texts that are kept by their hash. */
import { Schema } from "effect"
import { named } from "./parts.ts"

const { Struct, Int, String: Text } = Schema

export const ResourceResult = named(
  Struct({ org: Text, hash: Text, bytes: Int, text: Text }),
  "Resource",
  "A text that is kept by its hash (SHA-256).",
)

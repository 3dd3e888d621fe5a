/** Texts that are kept by their hash. */
import { Schema } from "effect"
import { named } from "./parts.ts"
import { PublishResult } from "./published.ts"

const { Struct, Int, String: Text } = Schema

export const ResourceResult = named(
  Struct({ org: Text, hash: Text, bytes: Int, text: Text }),
  "Resource",
  "A text that is kept by its hash (SHA-256).",
)

export const StoredResult = named(
  Struct({ ...PublishResult.fields, hash: Text }),
  "StoredResource",
  "The decision on a text that is to be kept, and its hash (SHA-256).",
)

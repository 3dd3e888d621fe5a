import canonicalize from "canonicalize"
import { sha256 } from "../domain/sha256.ts"

const VERSION_CHARS = 16

/** Version of content in normal form: SHA-256 over RFC 8785, without positions and versions. */
export const versionOf = (content: object): string =>
  sha256(canonicalize(withoutPositions(content)) ?? "").slice(0, VERSION_CHARS)

const withoutPositions = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPositions)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, part]) => !(key === "position" && isPosition(part)))
      .map(([key, part]) => [key, withoutPositions(part)]),
  )
}

const isPosition = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "file" in value && "line" in value && "column" in value

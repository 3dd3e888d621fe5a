import { createHash } from "node:crypto"

/** A text that is kept by its hash. */
export interface KeptText {
  /** SHA-256 of the text in UTF-8, hex. */
  readonly hash: string
  readonly text: string
}

export const keptText = (text: string): KeptText => ({ hash: createHash("sha256").update(text).digest("hex"), text })

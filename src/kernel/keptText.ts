import { sha256 } from "../domain/sha256.ts"

/** A text that is kept by its hash. */
export interface KeptText {
  /** SHA-256 of the text in UTF-8, hex. */
  readonly hash: string
  readonly text: string
}

export const keptText = (text: string): KeptText => ({ hash: sha256(text), text })

/**
 * The hash chain of an organization: SHA-256(chain before ‖ SHA-256(envelope) ‖ SHA-256(data) ‖ SHA-256(decision)), from
 * 32 zero bytes on. What is absent counts as the empty text. Since only digests enter, a payload can be erased as long as
 * its digest stays.
 */
import { hash } from "node:crypto"

export const DIGEST_BYTES = 32
export const CHAIN_START: Uint8Array = new Uint8Array(DIGEST_BYTES)

/** 32 bytes as a Latin-1 string: Node makes those four times as fast as buffers. */
export type Digest = string

const EMPTY: Digest = hash("sha256", "", "binary")
const link = Buffer.alloc(4 * DIGEST_BYTES)

export const digestOf = (text: string | Uint8Array | null): Digest =>
  text === null ? EMPTY : hash("sha256", text, "binary")

/** 48 bits of the digest of an id, as a whole number: what records are looked up by. */
export const idKey = (id: string): number => {
  const digest = digestOf(id)
  let key = 0
  for (let index = 0; index < 6; index++) key = key * 256 + digest.charCodeAt(index)
  return key
}

/** Binds a snapshot to its last record: SHA-256(chain of that record ‖ SHA-256(version) ‖ SHA-256(body)). */
export const sealOf = (chain: Uint8Array, version: number, body: string | Uint8Array): Uint8Array =>
  hash("sha256", Buffer.concat([chain, Buffer.from(digestOf(String(version)) + digestOf(body), "latin1")]), "buffer")

export const nextChain = (before: Uint8Array, envelope: Digest, data: Digest, decision: Digest): Uint8Array => {
  link.set(before, 0)
  link.write(envelope, DIGEST_BYTES, "latin1")
  link.write(data, 2 * DIGEST_BYTES, "latin1")
  link.write(decision, 3 * DIGEST_BYTES, "latin1")
  return hash("sha256", link, "buffer")
}

/**
 * Tokens: per identity, stored as a hash, revocable, with expiry. The daemon's own operator token and the tokens of
 * runs live in memory only, so they die with the daemon and with their run.
 */
import { randomBytes } from "node:crypto"
import { sha256 } from "../domain/sha256.ts"
import type { TokenView } from "../log/Projections.ts"
import type { Identity } from "./identity.ts"

/** 256 random bits, URL-safe, with a prefix that secret scanners can look for. */
export const newSecret = (): string => `charter_${randomBytes(32).toString("base64url")}`

export const newTokenId = (): string => `tok_${randomBytes(6).toString("hex")}`

export const hashOf = (secret: string): string => sha256(secret)

/** Longest token looked at, in characters. */
export const MAX_TOKEN_LENGTH = 512

/** `@dana` → a human; `reviewer@review-team` → an agent of that organization. */
export const identityOf = (token: TokenView & { readonly kind: Exclude<TokenView["kind"], "join"> }): Identity => {
  const base = { source: `token/${token.id}`, tokenId: token.id }
  switch (token.kind) {
    case "agent": {
      const [name, org] = token.identity.split("@") as [string, string]
      return { ...base, kind: "agent", name, org: `@${org}` }
    }
    case "human":
      return { ...base, kind: "human", name: token.identity.replace(/^@/, "") }
    case "bridge":
      return { ...base, kind: "bridge", name: token.identity.replace(/^@/, "") }
    case "operator":
    case "run":
      return { ...base, kind: "operator", name: "operator" }
  }
}

/** Tokens that are known to this process alone. */
export interface RunTokens {
  readonly issue: (run: Omit<Identity, "kind" | "source" | "tokenId"> & { readonly run: string }) => string
  readonly revoke: (run: string) => void
  readonly find: (hash: string) => Identity | undefined
}

export const makeRunTokens = (): RunTokens => {
  const byHash = new Map<string, Identity>()
  const byRun = new Map<string, string>()
  return {
    issue: (identity) => {
      const secret = newSecret()
      const hash = hashOf(secret)
      byHash.set(hash, { ...identity, kind: "run", source: `run/${identity.run}`, tokenId: identity.run })
      byRun.set(identity.run, hash)
      return secret
    },
    revoke: (run) => {
      const hash = byRun.get(run)
      if (hash === undefined) return
      byRun.delete(run)
      byHash.delete(hash)
    },
    find: (hash) => byHash.get(hash),
  }
}

/** What each kind of webhook knows: how a delivery is verified, and which event it is. One file per kind. */
import { secretVariable } from "../../domain/secretVariable.ts"
import { github } from "./github.ts"

export interface WebhookKind {
  readonly source: string
  /** Over the raw body, in constant time. Header names are lower-case. */
  readonly verify: (
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    secret: string,
  ) => "verified" | "differs" | "missing"
  readonly read: (headers: Readonly<Record<string, string>>, data: unknown) => Delivery | { readonly problem: string }
}

export interface Delivery {
  /** The delivery's own id: the same delivery twice is one event. */
  readonly id: string
  readonly type: string
  /** `github:LOGIN` */
  readonly actor: string
  readonly subject?: string
}

const KINDS: ReadonlyArray<WebhookKind> = [github]

export const webhookKind = (source: string): WebhookKind | undefined => KINDS.find((kind) => kind.source === source)

export const webhookSources: ReadonlyArray<string> = KINDS.map((kind) => kind.source)

/** The value of a secret as a file writes it; `undefined` where its variable is not set. It never leaves the door. */
export const resolveSecret = (
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined => {
  const variable = secretVariable(text)
  if (variable === undefined) return text === "" ? undefined : text
  const value = environment[variable]
  return value === undefined || value === "" ? undefined : value
}

/** Humans who become members. */
import type { PublishAnswer } from "./events.ts"

export interface JoinRequest {
  /** With or without `@`. */
  readonly name: string
  readonly roles?: ReadonlyArray<string>
}

export interface JoinAnswer {
  readonly org: string
  readonly member: string
  /** He is a member now. */
  readonly joined: boolean
  /** Absent where he was a member already. */
  readonly request?: PublishAnswer
  /** For whom the operator or a link has asked: his token, shown this once. */
  readonly token?: { readonly id: string; readonly token: string }
  /** Why he is none yet. */
  readonly reason?: string
}

export interface LinkRequest {
  /** The one human that it is for; absent: whoever comes first, under a name that nobody has. */
  readonly name?: string
  readonly roles?: ReadonlyArray<string>
  /** RFC 3339. */
  readonly expires?: string
}

export interface JoinLink {
  readonly id: string
  /** The secret, shown this once. */
  readonly link: string
  readonly org: string
  readonly expires: string
}

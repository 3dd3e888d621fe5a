/** Messages and documents. */
import type { DocumentView } from "../../log/Projections.ts"

/** To a channel of `org`, or to a member; one of the two. */
export interface OutgoingMessage {
  /** The same id twice is one message. */
  readonly id?: string
  readonly org?: string
  readonly channel?: string
  readonly to?: string
  readonly text: string
}

/** `owner`: who alone may write it, elected or named by the organization's file. */
export interface OwnedDocument extends DocumentView {
  readonly owner?: string
}

/** Changes of the rules, and edits of their files that wait. */
import type { ChangeMeaning, Origin } from "../../domain/change.ts"
import type { Diagnostic } from "../../domain/diagnostic.ts"
import type { PublishAnswer } from "./events.ts"

/** `null`: the file is to go. */
export type Texts = Readonly<Record<string, string | null>>

export interface Proposed {
  /** Names the change; one is made where it is absent. */
  readonly id?: string
  readonly files: Texts
  /** SHA-256, hex, of what each file said when the change was made; refused where one says something else by now. */
  readonly base?: Readonly<Record<string, string>>
  /** Nothing is asked for: what would be. */
  readonly dryRun?: boolean
}

/**
 * - `preview`: nothing has been asked for.
 * - `waiting`: some organization has it held.
 * - `denied`: one has refused it.
 * - `allowed`: all have let it through, and it is being written.
 * - `changed`, `failed`: its end.
 */
export type ChangeState = "preview" | "waiting" | "denied" | "allowed" | "changed" | "failed"

export interface ChangeView extends ChangeMeaning {
  /** Absent in a preview. */
  readonly change?: string
  readonly state: ChangeState
  /** Whose rules decide. */
  readonly deciding: ReadonlyArray<string>
  /** What each of them has answered so far. */
  readonly requests: ReadonlyArray<PublishAnswer>
  readonly files: ReadonlyArray<{ readonly file: string; readonly text: string | null; readonly before: string | null }>
  /** Warnings. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
  /** Why it was denied, or failed. */
  readonly reason?: string
  readonly revision?: string
  /** It had been asked for before, under the same name. */
  readonly duplicate?: true
}

/** What has become of a change that somebody has given up. */
export interface CancelledChange {
  readonly change: string
  /** `denied` where it still waited; `waiting` or `allowed` where its end could not be recorded everywhere so far. */
  readonly state: ChangeState
  readonly reason?: string
}

/** One time that a contract came, went or changed. */
export interface Revised {
  readonly revision: string
  readonly at: string
  readonly what: "added" | "removed" | "changed"
  /** The operator, the daemon at its start, or who asked for the change. */
  readonly by: string
  readonly change?: string
  readonly origin?: Origin
  /** Plain English, one line. */
  readonly meaning?: string
}

export interface AcceptedEdit {
  /** In force now. */
  readonly revision?: string
  /** What a member has asked for by accepting it; absent where an operator has. */
  readonly change?: ChangeView
}

export interface EditView {
  readonly edit: string
  readonly since: string
  readonly files: ReadonlyArray<{ readonly file: string; readonly before: string | null; readonly text: string | null }>
  readonly summary: string
  readonly meaning: ReadonlyArray<string>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

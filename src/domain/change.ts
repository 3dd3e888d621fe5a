/** Changes of the rules as they are asked for: the data of `contract.change.requested` and `member.join.requested`. */

export const CHANGE_RULES = "contract.change.requested"
export const JOIN = "member.join.requested"

/** Is it asked that a file of the rules be written? */
export const isChangeRequest = (type: string): boolean => type === CHANGE_RULES || type === JOIN

/** `apply`: an edit on disk is the operator's word. `confirm`: it waits for that. */
export const DISK_EDITS = ["apply", "confirm"] as const
export type DiskEdits = (typeof DISK_EDITS)[number]

/** One file, as it is to be. */
export interface FileChange {
  /** Relative to the workspace, with `/`; below `contracts/` or `organizations/`. */
  readonly file: string
  /** `null`: the file is to go. */
  readonly text: string | null
  /** SHA-256, hex, of the text that it replaces; `null` where there is no such file. */
  readonly base: string | null
}

/** Names, sorted. */
export interface NameChanges {
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
  readonly changed: ReadonlyArray<string>
}

/** What of an organization's file a change may touch, as contracts can ask for it. */
export const ASPECTS = [
  // The daemon executes something else for an agent than before; not where it executes less.
  "executors",
  // A webhook is verified with a variable of the daemon's environment with which none of the organization's was before.
  "environment",
  "parent",
  "default",
  "owner",
  "members",
  "roles",
  "weights",
  "agents",
  "conditions",
  "webhooks",
  "documents",
  "channels",
  "timezone",
  "texts",
] as const
export type Aspect = (typeof ASPECTS)[number]

/** What is the operator's to say, whatever contracts allow: it takes what is the daemon's own user's. */
export const OPERATOR_ASPECTS = ["executors", "environment"] as const satisfies ReadonlyArray<Aspect>
export type OperatorAspect = (typeof OPERATOR_ASPECTS)[number]

/** What a change comes to, compared with the set in force when it was asked for. */
export interface ChangeMeaning {
  /** One line. */
  readonly summary: string
  /** Plain English, a line for each thing that changes; at most so much of it as a request has room for. */
  readonly meaning: ReadonlyArray<string>
  /** Full names. */
  readonly contracts: NameChanges
  readonly organizations: NameChanges
  /** `dana@review-team`. */
  readonly members: NameChanges
  readonly aspects: ReadonlyArray<Aspect>
}

interface Asked {
  /** Names the change in the log of every organization that decides on it. */
  readonly change: string
  /**
   * Those whose rules decide: it takes effect when all have let it through, and ends when one has not. The first one
   * brings it to its end.
   */
  readonly deciding: ReadonlyArray<string>
}

export interface ChangeRequested extends Asked, ChangeMeaning {
  /** The edit on disk that is asked for: nothing is written where it is not there any more. */
  readonly edit?: string
  readonly files: ReadonlyArray<FileChange>
}

/** A human is to become a member; the organization's file gains him when it is allowed. */
export interface JoinRequested extends Asked {
  readonly summary: string
  /** Without `@`. */
  readonly member: string
  readonly roles: ReadonlyArray<string>
  /** The operator's link that it was asked for with. */
  readonly invitation?: string
}

/** The data of `contract.changed`: the files are written, and their rules are in force. */
export interface Changed {
  readonly change: string
  readonly revision: string
  readonly files: ReadonlyArray<string>
  readonly summary: string
  readonly requester: string
}

/** The data of `contract.change.failed`: nothing has changed. */
export interface ChangeFailed {
  readonly change: string
  readonly files: ReadonlyArray<string>
  readonly summary: string
  readonly requester: string
  /**
   * Stable, kebab-case: `file-changed`, `refused`, `set-invalid`, `not-written`, `concerns-others`, `edit-taken-back`,
   * `cancelled`.
   */
  readonly code: string
  readonly reason: string
  /** Who has given it up; with `cancelled`. */
  readonly by?: string
}

/** The data of `contract.change.cancelled`: it has been given up, and is not carried out. Its end follows. */
export interface ChangeCancelled {
  readonly change: string
  readonly by: string
  readonly reason?: string
}

/** The data of `contract.change.stuck`: it was let through, and could not be carried out so far. It is tried on. */
export interface ChangeStuck {
  readonly change: string
  readonly tries: number
  /** RFC 3339, of the first try; absent in records of older versions. */
  readonly since?: string
  /** Of the last try. */
  readonly error: string
}

/** How a revision came about. */
export interface Origin {
  /** Changes that were asked for and allowed. */
  readonly changes: ReadonlyArray<string>
  /** Files were edited on disk, which is the operator's act. */
  readonly disk: boolean
}

/** How things stand with the files, and what there is to say to somebody who last saw them otherwise. */
import { type Diagnostic, formatDiagnostic } from "../domain/diagnostic.ts"
import { compareSets, type LoadedSet, type SetChange } from "./loadedSet.ts"

export interface Standing {
  /** What is in force. */
  readonly set: LoadedSet
  /** Why files on disk are not in force as they are; empty where all are. */
  readonly rejected: ReadonlyArray<Diagnostic>
  /** Whose each of those files is, in force and on disk; one that is not here is nobody's as far as can be told. */
  readonly concerns: ReadonlyMap<string, ReadonlyArray<string>>
  /** What goes unless it returns. */
  readonly waiting: ReadonlyArray<WaitingRemoval>
  readonly held?: HeldRemoval
  readonly edit?: WaitingEdit
}

/** Files were edited on disk; what was in force stays until an operator accepts exactly this. */
export interface WaitingEdit {
  /** Names the versions of these files: another edit has another name. */
  readonly edit: string
  /** Their texts in force and on disk; `null` where there is no such file. */
  readonly files: ReadonlyArray<{ readonly file: string; readonly before: string | null; readonly text: string | null }>
  /** Milliseconds since 1970. */
  readonly since: number
  /** Whose the files are, in force and on disk; absent where one of them does not say. */
  readonly organizations?: ReadonlyArray<string>
  readonly summary: string
  readonly meaning: ReadonlyArray<string>
  /** What is wrong with the files as they are; an error keeps its file from taking effect even when it is accepted. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

export interface WaitingRemoval {
  /** Full name of a contract, or id of an organization. */
  readonly name: string
  /** Milliseconds since 1970. */
  readonly due: number
}

/** A removal that an operator must confirm; until then nothing at all changes. */
export interface HeldRemoval {
  /** Revision that a confirmation leads to, and by which the operator says what is confirmed. */
  readonly candidate: string
  /** Full names of contracts and ids of organizations that would go. */
  readonly removed: ReadonlyArray<string>
  /** Watched folders that vanished with some of them. */
  readonly folders: ReadonlyArray<string>
  /** Milliseconds since 1970. */
  readonly since: number
  /** How often it has been said again. */
  readonly reminders: number
}

/** Names of a held removal that a sentence lists. */
const LISTED_NAMES = 5

export const heldInWords = ({ removed }: HeldRemoval): string => {
  const more = removed.length - LISTED_NAMES
  const names = removed.slice(0, LISTED_NAMES).join(", ")
  return `${removed.length === 1 ? "1 contract or organization" : `${removed.length} contracts or organizations`} would go at once (${names}${more > 0 ? ` and ${more} more` : ""})`
}

export type WorkspaceEvent =
  /** Another revision is in force. */
  | { readonly kind: "revised"; readonly change: SetChange }
  /** The same rules in other files or other words, or other contract tests: positions and texts have changed. */
  | { readonly kind: "reworded"; readonly change: SetChange }
  /** Files of the same organizations that are not taken as they are; only what has not been said before. */
  | {
      readonly kind: "rejected"
      readonly organizations: ReadonlyArray<string> | undefined
      readonly files: ReadonlyArray<string>
      readonly diagnostics: ReadonlyArray<Diagnostic>
    }
  | { readonly kind: "held"; readonly held: HeldRemoval }
  | { readonly kind: "edited"; readonly edit: WaitingEdit }

/** What somebody has seen so far. */
export type Seen = { readonly [Key in keyof Standing]?: Standing[Key] | undefined }

export const eventsBetween = (seen: Seen, now: Standing): ReadonlyArray<WorkspaceEvent> => {
  const events: Array<WorkspaceEvent> = []
  if (seen.set !== now.set)
    events.push({
      kind: seen.set?.revision === now.set.revision ? "reworded" : "revised",
      change: compareSets(now.set, seen.set),
    })
  const said = new Set(seen.rejected?.map(formatDiagnostic))
  const diagnostics = now.rejected.filter((diagnostic) => !said.has(formatDiagnostic(diagnostic)))
  // Who may see the one file need not be allowed to see the other.
  for (const group of Map.groupBy(diagnostics, ({ file }) => now.concerns.get(file)?.join(" ")).values())
    events.push({
      kind: "rejected",
      organizations: now.concerns.get(group[0]!.file),
      files: [...new Set(group.map(({ file }) => file))],
      diagnostics: group,
    })
  if (
    now.held !== undefined &&
    (now.held.candidate !== seen.held?.candidate || now.held.reminders !== seen.held.reminders)
  )
    events.push({ kind: "held", held: now.held })
  if (now.edit !== undefined && now.edit.edit !== seen.edit?.edit) events.push({ kind: "edited", edit: now.edit })
  return events
}

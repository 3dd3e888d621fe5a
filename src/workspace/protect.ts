/** The rules by which no accident with the files weakens what is in force. Pure. */
import type { Diagnostic } from "../domain/diagnostic.ts"
import { type Candidate, makeCandidate, type Reason, unchanged } from "./candidate.ts"
import { errorsOf, isValid, type Source, type Sources } from "./source.ts"

/** A contract or organization that no file defines any more stays in force for this long, in case it returns. */
export const REMOVAL_GRACE_MS = 2_000

/** What lies in the folders, without contract tests. */
export interface Disk {
  readonly sources: Sources
  /** Each concerns its file and everything below it. */
  readonly faults: ReadonlyArray<Diagnostic>
  /** Folders that do not exist. */
  readonly vanished: ReadonlyArray<string>
}

/** So much would go at once that it takes an operator's word. */
export interface MassRemoval {
  /** Full names of contracts and ids of organizations. */
  readonly removed: ReadonlyArray<string>
  /** Watched folders that vanished with some of them. */
  readonly folders: ReadonlyArray<string>
  /** What would be in force afterwards, before it is checked as a whole. */
  readonly sources: Sources
}

export interface Protected {
  readonly candidate: Candidate
  /** Names in force that no file defines any more, and since when (ms, like `now`). */
  readonly missing: ReadonlyMap<string, number>
  readonly mass?: MassRemoval
}

/**
 * An invalid or unreadable file stays at its last good version. What is missing goes after {@link REMOVAL_GRACE_MS};
 * until then the files that defined it stay as they are. Where a folder vanishes, or more than half of the contracts
 * are missing, everything stays. What `isMeant` goes at once, and counts as no accident.
 */
export const protect = (
  inForce: Sources,
  disk: Disk,
  missingBefore: ReadonlyMap<string, number>,
  now: number,
  isMeant: (name: string) => boolean,
): Protected => {
  const { wanted, kept, errors } = lastGoodOf(inForce, disk)
  const present = new Set([...wanted.values()].flatMap(({ defines }) => defines))
  const missing = new Map<string, number>()
  const lost = new Map<string, Source>()
  for (const source of inForce.values())
    for (const name of source.defines)
      if (!present.has(name)) {
        missing.set(name, missingBefore.get(name) ?? now)
        lost.set(name, source)
      }

  for (const [name, since] of missing)
    if (!isMeant(name) && now - since < REMOVAL_GRACE_MS) kept.set(lost.get(name)!.file, "waiting")

  const candidate = makeCandidate(inForce, wanted, kept, errors)
  const unmeant = new Set([...missing.keys()].filter((name) => !isMeant(name)))
  const folders = disk.vanished.filter((folder) =>
    [...lost].some(([name, { file }]) => unmeant.has(name) && file.startsWith(`${folder}/`)),
  )
  if (folders.length === 0 && !moreThanHalf(inForce, unmeant)) return { candidate, missing }
  const mass = { removed: [...missing.keys()].toSorted(), folders, sources: wanted }
  return { candidate: unchanged(candidate, errors), missing, mass }
}

/** The version of each file that the rules for bad files choose. */
const lastGoodOf = (inForce: Sources, { sources, faults }: Disk) => {
  const wanted = new Map<string, Source>()
  const kept = new Map<string, Reason>()
  const errors = [...faults]
  const stay = (source: Source | undefined) => {
    if (source === undefined) return
    wanted.set(source.file, source)
    kept.set(source.file, "refused")
  }
  for (const [file, source] of sources) {
    if (isValid(source)) wanted.set(file, source)
    else {
      errors.push(...errorsOf(source))
      stay(inForce.get(file))
    }
  }
  if (faults.length > 0)
    for (const [file, source] of inForce)
      if (!sources.has(file) && faults.some((fault) => file === fault.file || file.startsWith(`${fault.file}/`)))
        stay(source)
  return { wanted, kept, errors }
}

const moreThanHalf = (inForce: Sources, missing: ReadonlySet<string>): boolean => {
  const contracts = [...inForce.values()].flatMap(({ parsed }) => parsed.contracts)
  return contracts.filter(({ fullName }) => missing.has(fullName)).length * 2 > contracts.length
}

/**
 * The next set of files, made of the wanted version of each where that can be taken, and of the last good version
 * where it cannot. A file is always taken whole, so that what is in force can be read from its files alone.
 */
import type { Diagnostic } from "../domain/diagnostic.ts"
import type { Source, Sources } from "./source.ts"

/** Why a file stays at its last good version: it is wrong, or what it no longer defines has not been gone long enough. */
export type Reason = "refused" | "waiting"

export interface Candidate {
  /** What runs now. */
  readonly inForce: Sources
  /** What the files ask for; a file that is not among them is to go. */
  readonly wanted: Sources
  /** Files that stay as they are in force, which may be: absent. */
  readonly kept: ReadonlyMap<string, Reason>
  readonly sources: Sources
  /** Why the kept files that are refused were refused. */
  readonly errors: ReadonlyArray<Diagnostic>
}

/**
 * Keeps, beside `kept`, every file that what is kept drags along: no definition may be in two files because one of
 * them was kept, and none may be lost because it moved into a file that was kept.
 */
export const makeCandidate = (
  inForce: Sources,
  wanted: Sources,
  kept: ReadonlyMap<string, Reason>,
  errors: ReadonlyArray<Diagnostic>,
): Candidate => {
  const allKept = new Map(kept)
  const allErrors = [...errors]
  const wantedIn = new Map<string, string>()
  for (const { file, defines } of wanted.values()) for (const name of defines) wantedIn.set(name, file)
  /** Keeps the source's file because the other file, with which it shares the name, is kept. */
  const keep = (source: Source, name: string, other: string) => {
    const reason = allKept.get(other)!
    allKept.set(source.file, reason)
    if (reason === "refused") allErrors.push(draggedAlong(source, name, other))
  }

  const movesIntoKept = (name: string) => wantedIn.has(name) && allKept.has(wantedIn.get(name)!)

  for (let size = 0; size !== allKept.size;) {
    size = allKept.size
    const keptIn = new Map<string, string>()
    for (const file of allKept.keys()) for (const name of inForce.get(file)?.defines ?? []) keptIn.set(name, file)
    for (const source of wanted.values()) {
      const name = allKept.has(source.file) ? undefined : source.defines.find((defined) => keptIn.has(defined))
      if (name !== undefined) keep(source, name, keptIn.get(name)!)
    }
    for (const source of inForce.values()) {
      const name = allKept.has(source.file) ? undefined : source.defines.find(movesIntoKept)
      if (name !== undefined) keep(source, name, wantedIn.get(name)!)
    }
  }

  const sources = new Map<string, Source>()
  for (const [file, source] of wanted) if (!allKept.has(file)) sources.set(file, source)
  for (const [file, source] of inForce) if (allKept.has(file)) sources.set(file, source)
  return { inForce, wanted, kept: allKept, sources, errors: allErrors }
}

/**
 * The candidate without the changes that `errors` speak of. Where they speak of files that have not changed, nothing
 * tells which change is to blame: then nothing is changed at all.
 */
export const refuse = (candidate: Candidate, errors: ReadonlyArray<Diagnostic>): Candidate => {
  const { inForce, wanted, sources } = candidate
  const kept = new Map(candidate.kept)
  for (const { file } of errors) {
    const source = sources.get(file)
    if (source !== undefined && source.hash !== inForce.get(file)?.hash) kept.set(file, "refused")
  }
  const all = [...candidate.errors, ...errors]
  return kept.size === candidate.kept.size ? unchanged(candidate, all) : makeCandidate(inForce, wanted, kept, all)
}

/** Nothing of the candidate is taken: what runs stays as it is. */
export const unchanged = (candidate: Candidate, errors: ReadonlyArray<Diagnostic>): Candidate => ({
  ...candidate,
  sources: candidate.inForce,
  errors,
})

const draggedAlong = (source: Source, name: string, other: string): Diagnostic => {
  const at = [...source.parsed.contracts, ...source.parsed.organizations].find(
    (definition) => ("fullName" in definition ? definition.fullName : definition.id) === name,
  )
  return {
    file: source.file,
    line: at?.position.line ?? 1,
    column: at?.position.column ?? 1,
    severity: "error",
    code: "waits-for-file",
    message: `this file stays at its last good version together with ${other}: ${name} moves between the two.`,
    suggestion: `Correct ${other}, and both take effect at once.`,
  }
}

/** Documents of an organization: each write is a new version, made from the one before or not at all. Pure. */
import type { BuiltinData, DocumentWritten } from "../domain/builtins.ts"
import { type Actor, type Event, type Requester, requesterOf } from "../domain/event.ts"
import { type Refusal, refuse } from "../domain/refusal.ts"
import type { Definitions } from "./definitions.ts"
import { type Draft, follow } from "./draft.ts"
import { keptText } from "./keptText.ts"
import type { OrganizationState } from "./state.ts"

export const WRITE_DOCUMENT = "document.write.requested"

/** Documents of one organization. */
export const MAX_DOCUMENTS = 10_000

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export const isDocumentName = (text: string): boolean => NAME.test(text)

/** Who alone may write it: the member who was elected, else the one whom the organization's file names. */
export const ownerOf = (
  { org, owners }: OrganizationState,
  definitions: Definitions,
  name: string,
): string | undefined =>
  owners.get(name)?.owner ?? definitions.view(org).organization.documents.find((one) => one.name === name)?.owner

interface Asked {
  readonly name: string
  readonly text: string
  /** The version that it was made from; 0 for a new document. */
  readonly base: number
}

/** What keeps a write from happening now, whatever the contracts say; nothing is recorded of it. */
export const documentProblem = (
  state: OrganizationState,
  definitions: Definitions,
  { actor, data }: { readonly actor: Actor; readonly data?: unknown },
): Refusal | undefined => {
  const asked = read(data)
  return asked === undefined
    ? refuse(
        "invalid",
        "document-malformed",
        "this is no document: write { name, text, base? }, with a name of letters, digits, dots, _ and -, and the version that the text was made from as base",
      )
    : unwritable(state, definitions, asked.name, asked.base, requesterOf(actor))
}

/** What an allowed request writes. */
export const documentDrafts = (event: Event): ReadonlyArray<Draft> => {
  const asked = read(event.data)
  if (asked === undefined) return []
  const { name, text, base } = asked
  const requester = requesterOf(event.actor)
  const keep = keptText(text)
  const written = { name, version: base + 1, hash: keep.hash, bytes: Buffer.byteLength(text), by: requester.name }
  return [{ ...follow(event, "document.written", written, requester), keep }]
}

/** As it goes into the log: what can no longer be written by then is refused there. */
export const writtenDocument = (draft: Draft, state: OrganizationState, definitions: Definitions): Draft => {
  const { name, version } = draft.data as DocumentWritten
  const problem = unwritable(state, definitions, name, version - 1, requesterOf(draft.actor))
  if (problem === undefined) return draft
  const data: BuiltinData["request.denied"] = {
    event: draft.causationid ?? "",
    type: WRITE_DOCUMENT,
    reason: problem.message,
    contracts: [],
  }
  return { ...withoutText(draft), type: "request.denied", data }
}

const withoutText = ({ keep: _, ...draft }: Draft): Draft => draft

const unwritable = (
  state: OrganizationState,
  definitions: Definitions,
  name: string,
  base: number,
  by: Requester,
): Refusal | undefined => {
  const owner = ownerOf(state, definitions, name)
  // A bridge names whom it likes: only members are known by their names.
  if (owner !== undefined && (owner !== by.name || (by.kind !== "human" && by.kind !== "agent")))
    return refuse("forbidden", "document-owned", `"${name}" is ${owner}'s to write`, { owner })
  const version = state.documents.get(name) ?? 0
  if (version !== base) {
    const present = version === 0 ? "is not there" : `is at version ${version}`
    const made = base === 0 ? "a new one" : `version ${base}`
    return refuse(
      "conflict",
      "document-changed",
      `"${name}" ${present}, and this was made from ${made}; read it again`,
      {
        version,
      },
    )
  }
  return version === 0 && state.documents.size >= MAX_DOCUMENTS
    ? refuse("conflict", "documents-full", `${state.org} has ${MAX_DOCUMENTS} documents already`)
    : undefined
}

const read = (data: unknown): Asked | undefined => {
  const { name, text, base = 0 } = (data ?? {}) as { readonly [Key in keyof Asked]?: unknown }
  if (typeof name !== "string" || !isDocumentName(name) || typeof text !== "string") return undefined
  return typeof base === "number" && Number.isSafeInteger(base) && base >= 0 ? { name, text, base } : undefined
}

/** What a join writes: the organization's file as it is now, with one member more. */
import type { FileChange, JoinRequested } from "../domain/change.ts"
import type { LoadedSet } from "../workspace/loadedSet.ts"
import { addMember } from "../workspace/memberEdits.ts"

/** No file where the human is a member already. */
export const joinFiles = (
  { organizations, files }: LoadedSet,
  { deciding, member, roles }: JoinRequested,
): { readonly files: ReadonlyArray<FileChange> } | { readonly problem: string } => {
  const [org = ""] = deciding
  const organization = organizations.find(({ id }) => id === org)
  const source = organization === undefined ? undefined : files[organization.position.file]
  if (organization === undefined || source === undefined) return { problem: `${org} has no file any more` }
  const there = organization.members.find(({ name }) => name === member)
  if (there?.kind === "human") return { files: [] }
  if (there !== undefined) return { problem: `${member} is an agent of ${org}` }
  const text = addMember(source.text, org, { human: member, ...(roles.length === 0 ? undefined : { roles }) })
  return text === undefined
    ? { problem: `the members of ${org} are not where they were` }
    : { files: [{ file: organization.position.file, text, base: source.hash }] }
}

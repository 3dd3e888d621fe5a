import type { DocumentView } from "../Projections.ts"
import { on, type ReadModel } from "./readModel.ts"

export const versionKey = (org: string, name: string, version: number): string => `${org}/${name}@${version}`
/** The link of the current version. */
export const documentKey = (org: string, name: string): string => `${org}/${name}`

/** Every version of every document; its text is in the archive. */
export const documents: ReadModel<DocumentView> = {
  name: "documents",
  states: ["current", "superseded"],
  state: (view) => view.state,
  members: (view) => [view.by],
  event: () => undefined,
  on: on(["document.written"], (document, { org, time }) => {
    const { name, version } = document
    return [
      {
        kind: "update",
        model: "documents",
        find: { id: versionKey(org, name, version - 1) },
        update: ({ view }) => ({ org, view: { ...view, state: "superseded" } }),
      },
      {
        kind: "open",
        model: "documents",
        id: versionKey(org, name, version),
        row: {
          org,
          link: documentKey(org, name),
          view: { org, ...document, at: time, state: "current" } satisfies DocumentView,
        },
      },
    ]
  }),
}

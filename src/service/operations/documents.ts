/** Documents with versions, and texts by their hash. */
import { Effect } from "effect"
import { GLOBAL } from "../../domain/names.ts"
import { ownerOf, WRITE_DOCUMENT } from "../../kernel/documents.ts"
import { keptText } from "../../kernel/keptText.ts"
import { STORE_RESOURCE } from "../../kernel/resources.ts"
import { emptyState } from "../../kernel/state.ts"
import { LogUnavailable } from "../../log/EventLog.ts"
import type { DocumentView } from "../../log/Projections.ts"
import { checkOrganization, fail, visibleOrganizations } from "../access.ts"
import { checkCursor } from "../cursor.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import type { OwnedDocument } from "../views/context.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"

type Operations = Pick<
  typeof Service.Service,
  "documents" | "document" | "writeDocument" | "resource" | "storeResource"
>

export const documentOperations = (
  dependencies: Dependencies,
  { publish }: Pick<typeof Service.Service, "publish">,
): Operations => {
  const { log, projections } = dependencies

  const textOf = (hash: string): Effect.Effect<string, LogUnavailable> =>
    Effect.flatMap(log.source(hash), (text) =>
      text === undefined
        ? Effect.fail(new LogUnavailable({ operation: `read the text ${hash}`, reason: "it is not in the archive" }))
        : Effect.succeed(text),
    )

  /** Who alone may write it, as it is now. */
  const owned = (view: DocumentView): OwnedDocument => {
    const state = dependencies.mailboxes.states().find(({ org }) => org === view.org) ?? emptyState(view.org)
    const owner = ownerOf(state, definitionsOf(dependencies), view.name)
    return owner === undefined ? view : { ...view, owner }
  }

  return {
    documents: Effect.fnUntraced(function* (identity, filter) {
      const definitions = definitionsOf(dependencies)
      if (filter.org !== undefined) yield* checkOrganization(definitions, identity, filter.org)
      yield* checkCursor(log, filter.after)
      const visible = visibleOrganizations(definitions, identity)
      const { items, ...rest } = yield* projections.documents({ ...filter, state: "current" })
      return { ...rest, items: items.filter(({ org }) => visible === undefined || visible.has(org)).map(owned) }
    }),
    document: Effect.fnUntraced(function* (identity, name, { org = identity.org ?? GLOBAL, version }) {
      yield* checkOrganization(definitionsOf(dependencies), identity, org)
      const found = yield* projections.document(org, name, version)
      if (found === undefined)
        return yield* fail(
          "not-found",
          "document-unknown",
          `${org} has no document "${name}"${version === undefined ? "" : ` of version ${version}`}`,
        )
      return { ...owned(found), text: yield* textOf(found.hash) }
    }),
    writeDocument: Effect.fnUntraced(function* (identity, { id, org, ifMatch, name, text }) {
      const base = ifMatch === undefined ? 0 : Number(ifMatch)
      if (!Number.isSafeInteger(base) || base < 0 || ifMatch === "")
        return yield* fail("precondition", "document-changed", `"${name}" has no version "${ifMatch}"; read it again`)
      const data = { name, text, base }
      const [answer] = yield* publish(identity, [
        {
          type: WRITE_DOCUMENT,
          subject: name,
          data,
          bytes: Buffer.byteLength(JSON.stringify(data)),
          ...(id === undefined ? undefined : { id }),
          ...(org === undefined ? undefined : { org }),
        },
      ])
      if (!(answer instanceof Refused)) return answer!
      const { refusal } = answer
      const stale = refusal.type === "document-changed" && ifMatch !== undefined
      return yield* Effect.fail(stale ? new Refused({ refusal: { ...refusal, code: "precondition" } }) : answer)
    }),
    storeResource: Effect.fnUntraced(function* (identity, { id, org, text }) {
      const data = { text }
      const [answer] = yield* publish(identity, [
        {
          type: STORE_RESOURCE,
          data,
          bytes: Buffer.byteLength(JSON.stringify(data)),
          ...(id === undefined ? undefined : { id }),
          ...(org === undefined ? undefined : { org }),
        },
      ])
      if (answer instanceof Refused) return yield* Effect.fail(answer)
      return { ...answer!, hash: keptText(text).hash }
    }),
    resource: Effect.fnUntraced(function* (identity, hash) {
      const definitions = definitionsOf(dependencies)
      for (const org of visibleOrganizations(definitions, identity) ?? definitions.organizations.keys()) {
        const found = yield* projections.resource(org, hash)
        if (found !== undefined) return { ...found, text: yield* textOf(hash) }
      }
      return yield* fail(
        "not-found",
        "resource-unknown",
        `there is no resource "${hash}" that ${identity.name} may see`,
      )
    }),
  }
}

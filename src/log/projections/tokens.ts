import { memberName } from "../../domain/names.ts"
import type { TokenView } from "../Projections.ts"
import { on, type ReadModel, updateView } from "./readModel.ts"

/** Tokens, linked by the hash of their secret. Whether one has expired is for who asks: the log has no clock. */
export const tokens: ReadModel<TokenView> = {
  name: "tokens",
  states: ["active", "revoked"],
  state: (view) => (view.revoked === undefined ? "active" : "revoked"),
  members: (view) => [memberName(view.identity)],
  event: () => undefined,
  on: {
    ...on(["token.created"], ({ hash, ...token }, event) => [
      {
        kind: "open",
        model: "tokens",
        id: token.id,
        row: { org: event.org, link: hash, view: { ...token, created: event.time } satisfies TokenView },
      },
    ]),
    ...on(["token.revoked"], ({ id }, event) => [
      {
        kind: "update",
        model: "tokens",
        find: { id },
        update: updateView<TokenView>((view) => ({ ...view, revoked: event.time })),
      },
    ]),
  },
}

/** The task that a run's token was made for. */
import type { Identity } from "../identity.ts"
import type { Dependencies } from "./dependencies.ts"

export const runTask = ({ mailboxes }: Dependencies, identity: Identity) =>
  mailboxes
    .states()
    .find(({ org }) => org === identity.org)
    ?.tasks.get(identity.task ?? "")

/** Changes of the rules, joining, and edits that wait. */
import { Schema } from "effect"
import { ASPECTS } from "../../domain/change.ts"
import { DiagnosticResult } from "./contracts.ts"
import { named, optional, texts, Time } from "./parts.ts"
import { PublishResult } from "./published.ts"

const { Struct, Array: list, Literals, String: Text, NullOr } = Schema

const Names = Struct({ added: texts, removed: texts, changed: texts })
const FileTexts = Struct({ file: Text, before: NullOr(Text), text: NullOr(Text) })

export const ChangeResult = named(
  Struct({
    change: optional(Text),
    state: Literals(["preview", "waiting", "denied", "allowed", "changed", "failed"]),
    deciding: texts,
    requests: list(PublishResult),
    files: list(FileTexts),
    summary: Text,
    meaning: texts,
    contracts: Names,
    organizations: Names,
    members: Names,
    aspects: list(Literals(ASPECTS)),
    diagnostics: list(DiagnosticResult),
    reason: optional(Text),
    revision: optional(Text),
    duplicate: optional(Schema.Literal(true)),
  }),
  "Change",
  "A change of files of the rules: what it means, whose rules decide on it (`deciding`), what each has answered " +
    "(`requests`), and what has become of it. `text` is what a file is to be, `before` what it was; null: no such file.",
)

export const CancelledChangeResult = named(
  Struct({
    change: Text,
    state: ChangeResult.fields.state,
    reason: optional(Text),
  }),
  "CancelledChange",
  "What has become of a change that was given up: `failed`, or `denied` where it was still held.",
)

export const JoinResult = named(
  Struct({
    org: Text,
    member: Text,
    joined: Schema.Boolean,
    request: optional(PublishResult),
    token: optional(Struct({ id: Text, token: Text })),
    reason: optional(Text),
  }),
  "Joined",
  "Whether somebody is a member now; `token` is his, shown this once, where the operator or a link has asked for him.",
)

export const JoinLinkResult = named(
  Struct({ id: Text, link: Text, org: Text, expires: Time }),
  "JoinLink",
  "A secret with which one person joins once, shown this once and kept nowhere.",
)

export const RevisedResult = named(
  Struct({
    revision: Text,
    at: Time,
    what: Literals(["added", "removed", "changed"]),
    by: Text,
    change: optional(Text),
    origin: optional(Struct({ changes: texts, disk: Schema.Boolean })),
    meaning: optional(Text),
  }),
  "Revised",
  "One time that a contract came, went or changed: by a change that was asked for, or by an edit on disk.",
)

export const EditResult = named(
  Struct({
    edit: Text,
    since: Time,
    files: list(FileTexts),
    summary: Text,
    meaning: texts,
    diagnostics: list(DiagnosticResult),
  }),
  "Edit",
  "An edit on disk that waits to be accepted; `edit` names exactly these texts.",
)

export const AcceptedEditResult = named(
  Struct({ revision: optional(Text), change: optional(ChangeResult) }),
  "AcceptedEdit",
  "`revision` is in force now. Who is no operator has asked for `change` by accepting the edit, and the rules decide on it.",
)

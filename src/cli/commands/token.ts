/** `charter token` */
import { TOKEN_KINDS } from "../../domain/token.ts"
import { choiceOption } from "../choice.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { misuse } from "../failure.ts"
import { dim } from "../output.ts"
import { table } from "../table.ts"
import { localTime, readTime } from "../times.ts"
import { plain } from "../text.ts"

export const createToken = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const name = given.arguments[0]!
  const kind = choiceOption(given, "kind", TOKEN_KINDS) ?? (/.@/.test(name) ? "agent" : "human")
  const expires = textOption(given, "expires")
  const until = expires === undefined ? undefined : readTime(expires, "--expires", new Date(), true)
  if (until !== undefined && Date.parse(until) <= Date.now())
    throw misuse(`--expires ${expires} has passed already; the token would never work.`)
  const client = await connect(invocation, "operator")
  const created = await client.createToken({
    identity: name,
    kind,
    ...(until === undefined ? undefined : { expires: until }),
  })
  output.answer(created, () => created.token)
  if (output.json) return
  output.note(
    [
      `Token ${created.id}: whoever has it acts as ${kind === "operator" ? "the operator" : `${name} (${kind})`}${until === undefined ? "" : `, until ${localTime(until)}`}. It is shown this once.`,
      ...(process.stdout.isTTY ? [`Use it: export CHARTER_TOKEN=TOKEN`] : []),
      `Take it back: charter token revoke ${created.id}`,
    ].join("\n"),
  )
}

export const listTokens = async (invocation: Invocation): Promise<void> => {
  const { output } = invocation
  const client = await connect(invocation, "operator")
  const list = await client.tokens({})
  const now = Date.now()
  output.answer(list, () =>
    list.items.length === 0
      ? "There are no tokens but the operator's own. Make one: charter token create NAME"
      : table(
          ["TOKEN", "FOR", "KIND", "MADE", "GOOD UNTIL"],
          list.items.map(({ id, identity, kind, created, expires, revoked }) => [
            id,
            plain(identity),
            kind,
            localTime(created),
            revoked !== undefined
              ? dim("revoked")
              : expires === undefined
                ? "no end"
                : Date.parse(expires) <= now
                  ? dim("expired")
                  : localTime(expires),
          ]),
          output.columns,
        ),
  )
}

export const revokeToken = async (invocation: Invocation, given: Given): Promise<void> => {
  const client = await connect(invocation, "operator")
  const token = await client.revokeToken(given.arguments[0]!)
  invocation.output.answer(token, () => `Token ${token.id} of ${plain(token.identity)} is worthless from now on.`)
}

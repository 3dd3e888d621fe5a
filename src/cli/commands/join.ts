/** `charter join`, `charter join-link` */
import { writePerson } from "../../discovery/personFile.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect, connectWithoutToken } from "../connect.ts"
import { EXIT_FAILED, misuse } from "../failure.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { localTime, readTime } from "../times.ts"
import { plain } from "../text.ts"

export const join = async (invocation: Invocation, given: Given): Promise<number> => {
  const { output, folders } = invocation
  const name = textOption(given, "as")
  if (name === undefined) throw misuse("Say who joins: charter join ORGANIZATION --as NAME")
  const link = textOption(given, "link")
  const client = link === undefined ? await connect(invocation, "anyone") : await connectWithoutToken(invocation)
  const answer = await client.join(organizationOf(given.arguments[0]!), {
    name,
    ...rolesOf(given),
    ...(link === undefined ? undefined : { link }),
  })
  const { org, member, joined, token, request, reason } = answer
  if (token !== undefined) writePerson(folders.data, { name: member, token: token.token })
  output.answer({ ...answer, ...(token === undefined ? undefined : { token: { id: token.id } }) }, () => {
    const why = reason ?? request?.reason
    const because = why === undefined ? "" : `: ${plain(why)}`
    if (!joined && request?.verdict === "hold")
      return [
        `${bold(yellow("Held"))}: ${plain(member)} is no member of ${org} yet${because}.`,
        dim("The same command says how it stands, and gets the token once it is let through."),
      ].join("\n")
    if (!joined) return `${bold(red("Denied"))}: ${plain(member)} does not join ${org}${because}.`
    return [
      `${bold(green("Joined"))}: ${plain(member)} is a member of ${org}.`,
      ...(token === undefined
        ? []
        : [`On this machine, approve, deny, vote and inbox act as ${plain(member)} from now on.`]),
    ].join("\n")
  })
  return joined || request?.verdict === "hold" ? 0 : EXIT_FAILED
}

/** The link alone goes to standard output. */
export const joinLink = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const name = textOption(given, "as")
  const expires = textOption(given, "expires")
  const client = await connect(invocation, "operator")
  const made = await client.makeLink(organizationOf(given.arguments[0]!), {
    ...rolesOf(given),
    ...(name === undefined ? undefined : { name }),
    ...(expires === undefined ? undefined : { expires: readTime(expires, "--expires", new Date(), true) }),
  })
  output.answer(made, () => made.link)
  if (output.json) return
  output.note(
    [
      `Link ${made.id}: ${name === undefined ? "whoever has it, under a new name," : plain(name)} joins ${made.org} with it, once, until ${localTime(made.expires)}. It is shown this once.`,
      `Use it:        charter join ${made.org} --as ${name ?? "NAME"} --link LINK`,
      `Take it back:  charter token revoke ${made.id}`,
    ].join("\n"),
  )
}

const organizationOf = (text: string): string => (text.startsWith("@") ? text : `@${text}`)

const rolesOf = ({ options: { role } }: Given): { readonly roles?: ReadonlyArray<string> } =>
  Array.isArray(role) ? { roles: role as ReadonlyArray<string> } : {}

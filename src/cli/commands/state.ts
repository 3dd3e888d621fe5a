/** `charter state` */
import { amount } from "../../domain/amount.ts"
import type { OrganizationState } from "../answers.ts"
import { type Given, type Invocation, textOption } from "../command.ts"
import { connect } from "../connect.ts"
import { onlyOrganization } from "../onlyOrganization.ts"
import { bold, dim } from "../output.ts"
import { table } from "../table.ts"
import { plain, shortId } from "../text.ts"
import { briefTime, localTime, readTime, timeAndDistance } from "../times.ts"

export const state = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const [named] = given.arguments
  const when = textOption(given, "at")
  const at = when === undefined ? undefined : readTime(when, "--at", new Date())
  const client = await connect(invocation, "anyone")
  const org = named === undefined ? (invocation.org ?? (await onlyOrganization(client))) : withSign(named)
  const found = await output.during(() => `folding the log of ${org} …`, client.state(org, { at }))
  output.answer(found, () => textOf(found, at, output.columns))
}

const withSign = (name: string): string => (name.startsWith("@") ? name : `@${name}`)

const textOf = (found: OrganizationState, at: string | undefined, columns: number): string => {
  const now = new Date()
  const { org, seq, time, revision, holds, proposals, tasks, runs, delegations, standing, documents, changes } = found
  const open =
    holds.length + tasks.length + runs.length + proposals.length + delegations.length + standing.length + changes.length
  const head =
    time === undefined
      ? `${bold(org)} had no records ${at === undefined ? "yet" : `at ${localTime(at)}`}.`
      : `${bold(org)}${at === undefined ? "" : ` as it was at ${localTime(at)}`}: ${amount(seq, "record")}, the last at ${localTime(time)}; revision ${shortRevision(revision)}`
  return [
    head,
    ...section("Held", ["HOLD", "TYPE", "BY", "SINCE", "EVENT"], columns, holds, (one) => [
      one.id,
      plain(one.type),
      plain(one.actor),
      briefTime(one.opened, now),
      dim(shortId(plain(one.event))),
    ]),
    ...section("Open proposals", ["PROPOSAL", "VOTES", "UNTIL", "QUESTION"], columns, proposals, (one) => [
      one.id,
      one.votes.map(({ by, choice }) => `${plain(by)}: ${plain(choice)}`).join(", "),
      briefTime(one.deadline, now),
      plain(one.question),
    ]),
    ...section("Tasks", ["TASK", "STATE", "MEMBER", "TRY"], columns, tasks, (one) => [
      one.id,
      one.state,
      plain(one.member),
      String(one.attempt),
    ]),
    ...section("Runs", ["RUN", "MEMBER", "SINCE", "USD", "TOKENS"], columns, runs, (one) => [
      one.id,
      plain(one.member),
      briefTime(one.started, now),
      String(one.usd),
      String(one.tokens),
    ]),
    ...section("Delegations", ["FROM", "TO", "ON", "UNTIL"], columns, delegations, (one) => [
      plain(one.from),
      plain(one.to),
      one.on,
      timeAndDistance(one.expires, now),
    ]),
    ...section("Standing approvals", ["BY", "TYPE", "LEFT", "UNTIL", "CONTRACT"], columns, standing, (one) => [
      plain(one.by),
      plain(one.type),
      String(one.left),
      briefTime(one.until, now),
      dim(one.contract),
    ]),
    ...section("Documents", ["DOCUMENT", "VERSION"], columns, documents, (one) => [
      plain(one.name),
      String(one.version),
    ]),
    ...section("Changes of the rules", ["CHANGE", "STATE"], columns, changes, (one) => [
      plain(one.id),
      one.stuck === undefined ? one.state : `stuck: ${plain(one.stuck)}`,
    ]),
    ...(open === 0 && time !== undefined ? ["", "Nothing is open."] : []),
  ].join("\n")
}

const section = <A>(
  title: string,
  headings: ReadonlyArray<string>,
  columns: number,
  rows: ReadonlyArray<A>,
  cells: (row: A) => ReadonlyArray<string>,
): ReadonlyArray<string> => (rows.length === 0 ? [] : ["", bold(title), table(headings, rows.map(cells), columns)])

const SHORT_REVISION_CHARACTERS = 12
const shortRevision = (revision: string): string => revision.slice(0, SHORT_REVISION_CHARACTERS)

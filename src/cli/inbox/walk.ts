/** Through what waits for somebody, one by one, a key for each decision. */
import { randomUUID } from "node:crypto"
import type { InboxItem, ProposalView } from "../answers.ts"
import type { Client } from "../client.ts"
import { Failure } from "../failure.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { outcomeText } from "../proposalText.ts"
import { plain } from "../text.ts"
import { type Case, type Screen, caseOf, messageCard, proposalCard } from "./cards.ts"
import type { Terminal } from "./terminal.ts"
import { markSeen, type Waiting } from "./waiting.ts"

/** What has become of one thing; `quit`: of all that follow. */
type Step = "decided" | "skipped" | "quit"

interface Key {
  readonly key: string
  readonly does: string
}

/** `look` is asked again at the end, until nothing new has come meanwhile. */
export const walk = async (client: Client, terminal: Terminal, look: () => Promise<Waiting>): Promise<void> => {
  const shown = new Set<string>()
  const count = { decided: 0, skipped: 0 }
  for (;;) {
    const { me, proposals, items } = await look()
    const fresh = [
      ...proposals.filter(({ id }) => !shown.has(id)).map((one) => () => decide(client, terminal, one)),
      ...items.filter(({ id }) => !shown.has(id)).map((one) => () => read(client, terminal, one)),
    ]
    if (fresh.length === 0) return terminal.print(farewell(shown.size, count, me))
    for (const { id } of [...proposals, ...items]) shown.add(id)
    for (const [index, take] of fresh.entries()) {
      terminal.print(`\n${dim(`─── ${index + 1} of ${fresh.length} ───`)}`)
      const step = await take()
      if (step === "quit") return terminal.print(left(fresh.length - index))
      count[step]++
    }
  }
}

const decide = async (client: Client, terminal: Terminal, proposal: ProposalView): Promise<Step> => {
  const one = await caseOf(client, proposal)
  const choices = choicesOf(proposal)
  terminal.print(proposalCard(one, terminal.screen()))
  for (;;) {
    const key = await ask(terminal, [
      ...choices,
      { key: "s", does: "skip" },
      { key: "o", does: "open" },
      { key: "q", does: "quit" },
    ])
    if (key === "q") return "quit"
    if (key === "s") return "skipped"
    if (key === "o") terminal.page(await wholeOf(client, one, terminal.screen()))
    const chosen = choices.find((choice) => choice.key === key)
    if (chosen === undefined) continue
    const reason = await terminal.line(`${bold(chosen.does)}, because ${dim("(Enter: no reason; Esc: not yet)")}`)
    if (reason === undefined) continue
    const done = await attempt(terminal, async () => {
      const { id, digest } = proposal
      // The vote counts only for the very action that was shown.
      const view = await client.vote(id, {
        choice: chosen.choice,
        digest,
        ...(reason.trim() === "" ? undefined : { reason: reason.trim() }),
      })
      terminal.print(await outcomeText(client, view, chosen.choice))
    })
    if (done) return "decided"
  }
}

/** By their letters, or by numbers where the options are the proposal's own. */
const choicesOf = ({ resolution }: ProposalView): ReadonlyArray<Key & { readonly choice: string }> => {
  const abstain = { key: "b", does: "abstain", choice: "abstain" }
  return resolution.kind === "plurality"
    ? [
        ...resolution.options.slice(0, 9).map((choice, n) => ({ key: `${n + 1}`, does: plain(choice), choice })),
        abstain,
      ]
    : [{ key: "a", does: "approve", choice: "approve" }, { key: "d", does: "deny", choice: "deny" }, abstain]
}

const wholeOf = async (client: Client, one: Case, screen: Screen): Promise<string> => {
  const { event } = one
  const why =
    event === undefined
      ? undefined
      : await client.explain(event.id, { org: event.org, source: event.source }).catch(() => undefined)
  return [proposalCard(one, whole(screen)), ...(why === undefined ? [] : [why.text])].join("\n\n")
}

const whole = ({ columns }: Screen): Screen => ({ columns, rows: Number.POSITIVE_INFINITY })

const read = async (client: Client, terminal: Terminal, item: InboxItem): Promise<Step> => {
  const { task } = item
  terminal.print(messageCard(item, terminal.screen()))
  await markSeen(client, [item])
  for (;;) {
    const key = await ask(terminal, [
      ...(task === undefined
        ? []
        : [
            { key: "c", does: "complete" },
            { key: "f", does: "fail" },
          ]),
      { key: "k", does: "acknowledge" },
      ...(canReply(item) ? [{ key: "r", does: "reply" }] : []),
      { key: "s", does: "skip" },
      { key: "o", does: "open" },
      { key: "q", does: "quit" },
    ])
    if (key === "q") return "quit"
    if (key === "s") return "skipped"
    if (key === "o") terminal.page(await wholeMessage(client, item, terminal.screen()))
    if (key === "k" && (await attempt(terminal, () => client.markInbox([item.id], "acknowledged")))) return "decided"
    if (task !== undefined && (key === "c" || key === "f") && (await finish(client, terminal, task, key)))
      return "decided"
    if (key === "r" && canReply(item) && (await reply(client, terminal, item))) return "decided"
  }
}

/** What came out, or why nothing did; the item is settled with its task. */
const finish = async (client: Client, terminal: Terminal, task: string, key: "c" | "f"): Promise<boolean> => {
  const done = key === "c"
  const said = await terminal.line(
    `${bold(done ? "Done" : "Failed")}, ${done ? "with the result" : "because"} ${dim(`(${done ? "Enter: none; " : ""}Esc: not yet)`)}`,
  )
  if (said === undefined || (!done && said.trim() === "")) return false
  return attempt(terminal, async () => {
    const { state } = done
      ? await client.completeTask(task, said.trim() === "" ? {} : { result: said.trim() })
      : await client.failTask(task, { error: said.trim() })
    terminal.print(`${task} is ${state}.`)
  })
}

/** Only members have an inbox: not the operator, the daemon, or who is outside. */
const canReply = ({ channel, fromkind }: InboxItem): boolean =>
  channel !== undefined || fromkind === "human" || fromkind === "agent"

/** Answers where it was said, which settles it. */
const reply = async (client: Client, terminal: Terminal, { id, org, channel, from }: InboxItem): Promise<boolean> => {
  const where = channel === undefined ? `to ${plain(from)}` : `in #${plain(channel)}`
  const text = await terminal.line(`${bold("Reply")} ${where} ${dim("(Esc: not yet)")}`)
  if (text === undefined || text.trim() === "") return false
  return attempt(terminal, async () => {
    const data = { ...(channel === undefined ? { to: from } : { channel }), text }
    const answer = await client.publish({ id: randomUUID(), type: "message.send.requested", org, data })
    if (answer.verdict !== "allow" && answer.verdict !== "hold")
      throw new Failure(`Not sent: ${plain(answer.reason ?? "denied")}.`)
    await client.markInbox([id], "acknowledged")
    terminal.print(answer.verdict === "allow" ? green("Sent.") : yellow("It is held until somebody lets it through."))
  })
}

const wholeMessage = async (client: Client, item: InboxItem, screen: Screen): Promise<string> => {
  const { items } =
    item.channel === undefined ? { items: [] } : await client.messages(item.channel, { org: item.org, limit: "100" })
  const hash = items.find(({ id }) => id === item.message)?.resource
  const text = hash === undefined ? item.text : (await client.resource(hash)).text
  return messageCard({ ...item, text }, screen)
}

/** The key that was pressed, of those that do something. */
const ask = async (terminal: Terminal, keys: ReadonlyArray<Key>): Promise<string> => {
  terminal.print(keys.map(({ key, does }) => `${bold(key)} ${dim(does)}`).join("   "))
  for (;;) {
    const key = (await terminal.key()).toLowerCase()
    if (keys.some((one) => one.key === key)) return key
  }
}

/** What is refused is said, and asked again. */
const attempt = async (terminal: Terminal, act: () => Promise<unknown>): Promise<boolean> => {
  try {
    await act()
    return true
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    terminal.print(red(error.message))
    return false
  }
}

const farewell = (all: number, { decided, skipped }: { decided: number; skipped: number }, me: string): string => {
  if (all === 0) return `Nothing waits for you, ${plain(me)}. What has been: charter inbox list --all`
  const rest =
    skipped === 0
      ? "Nothing waits for you any more."
      : `${skipped} skipped; ${skipped === 1 ? "it waits" : "they wait"} on.`
  return `\n${green(`${decided} done.`)} ${rest}`
}

const left = (count: number): string => `${count === 1 ? "One thing waits" : `${count} things wait`} on: charter inbox`

/** What an edit changes in the meaning of a contract, on one line. */
import type { Contract, Mode } from "../../domain/contract.ts"
import { heading, validity } from "./describeContract.ts"
import { inlineCondition } from "./conditions.ts"
import { describeEffect } from "./effects.ts"
import { happening } from "./events.ts"
import { quote } from "./prose.ts"
import { member } from "./selectors.ts"

/** Characters of a line of {@link describeChange}; what is longer ends in an ellipsis. */
export const MAX_CHANGE_CHARACTERS = 2_000

/**
 * One line without a line break. `undefined` stands for a contract that is not there: `added`, `removed`. The same
 * version on both sides is "unchanged in meaning".
 */
export const describeChange = (previous: Contract | undefined, next: Contract | undefined): string =>
  shortened(changePhrase(previous, next))

const changePhrase = (previous: Contract | undefined, next: Contract | undefined): string => {
  if (previous === undefined) return next === undefined ? "nothing changed" : `added ${heading(next)}: ${rule(next)}`
  if (next === undefined) return `removed ${heading(previous)}: ${rule(previous)}`
  const changes = [...effectChanges(previous, next), ...WORDS.flatMap((words) => turned(words, previous, next))]
  return `changed ${heading(next)}: ${changes.length === 0 ? "unchanged in meaning" : changes.join("; ")}`
}

type Words = (contract: Contract) => string

/** What is compared and how it reads, the weightiest first. */
const WORDS: ReadonlyArray<Words> = [
  ({ mode }) => MODE_WORDS[mode],
  ({ on }) => `when ${happening(on)}`,
  ({ when }) => (when === undefined ? "without conditions" : `if ${inlineCondition(when)}`),
  (contract) => withoutStop(validity(contract)) || "applies at all times",
  ({ priority }) => `priority ${priority}`,
  ({ owner }) => (owner === undefined ? "no owner" : `owner ${member(owner)}`),
  ({ fullName }) => fullName,
  ({ name }) => (name === undefined ? "no name" : `the name ${quote(name)}`),
  ({ description }) => (description === undefined ? "no description" : `the description ${quote(description)}`),
]

const MODE_WORDS: Readonly<Record<Mode, string>> = {
  enforce: "enforced",
  shadow: "only watched (shadow)",
  off: "switched off",
}

const turned = (words: Words, previous: Contract, next: Contract): ReadonlyArray<string> => {
  const [before, now] = [words(previous), words(next)]
  return before === now ? [] : [`now ${now}, before ${before}`]
}

/** Effects of one kind are paired in their order; of a pair only the sentences that differ are said. */
const effectChanges = (previous: Contract, next: Contract): ReadonlyArray<string> => {
  const [before, now] = [spoken(previous), spoken(next)]
  const gone = before.filter(({ text }) => !now.some((other) => other.text === text))
  const come = now.filter(({ text }) => !before.some((other) => other.text === text))
  const changes: Array<string> = []
  for (const { kind, text } of gone) {
    const at = come.findIndex((other) => other.kind === kind)
    if (at < 0) changes.push(`no longer: ${withoutStop(text)}`)
    else changes.push(sentenceChange(text, come.splice(at, 1)[0]!.text))
  }
  changes.push(...come.map(({ text }) => `in addition: ${withoutStop(text)}`))
  const reordered = before.map(({ text }) => text).join("\n") !== now.map(({ text }) => text).join("\n")
  return changes.length === 0 && reordered ? ["the effects stand in another order or number"] : changes
}

const spoken = (contract: Contract) =>
  contract.then.map((effect) => ({ kind: effect.effect, text: describeEffect(effect, contract) }))

const sentenceChange = (before: string, now: string): string => {
  const [old, fresh] = [sentences(before), sentences(now)]
  const only = (from: ReadonlyArray<string>, other: ReadonlyArray<string>) =>
    from.filter((one) => !other.includes(one)).join(" ") || "nothing of the kind"
  return `now "${withoutStop(only(fresh, old))}", before "${withoutStop(only(old, fresh))}"`
}

const sentences = (text: string): ReadonlyArray<string> => text.split(/(?<=\.) (?=[A-Z])/)

const rule = (contract: Contract): string =>
  [
    ...(contract.mode === "enforce" ? [] : [`${MODE_WORDS[contract.mode]}, `]),
    `when ${happening(contract.on)}`,
    contract.when === undefined ? "" : ` and ${inlineCondition(contract.when)}`,
    `, ${contract.then.map((effect) => describeEffect(effect, contract)).join(" ")}`,
  ].join("")

const withoutStop = (text: string): string => text.replace(/\.$/, "")

const shortened = (text: string): string =>
  text.length <= MAX_CHANGE_CHARACTERS ? text : `${text.slice(0, MAX_CHANGE_CHARACTERS - 1)}…`

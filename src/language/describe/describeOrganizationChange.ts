/** What an edit changes in an organization, a line for each thing, and which of its aspects it touches. */
import { amount } from "../../domain/amount.ts"
import type { Aspect } from "../../domain/change.ts"
import { HUMAN_EXECUTOR, type Member, type Organization, type Webhook } from "../../domain/organization.ts"
import { secretVariable } from "../../domain/secretVariable.ts"
import { memberPhrase } from "./organization.ts"
import { enumeration, quote, word } from "./prose.ts"
import { member as memberName } from "./selectors.ts"

export interface OrganizationChange {
  readonly lines: ReadonlyArray<string>
  readonly aspects: ReadonlyArray<Aspect>
  /** Names without the organization. */
  readonly joined: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
  readonly altered: ReadonlyArray<string>
}

/** `undefined` stands for an organization that is not there. */
export const describeOrganizationChange = (
  previous: Organization | undefined,
  next: Organization | undefined,
): OrganizationChange => {
  const id = (next ?? previous)?.id ?? ""
  const before = previous?.members ?? []
  const now = next?.members ?? []
  const isIn = (members: ReadonlyArray<Member>, one: Member) => members.some((other) => sameMember(other, one))
  const joined = now.filter((one) => !isIn(before, one))
  const left = before.filter((one) => !isIn(now, one))
  const pairs = now.flatMap((one): ReadonlyArray<readonly [Member, Member]> => {
    const old = before.find((other) => sameMember(other, one))
    return old === undefined || content(old) === content(one) ? [] : [[old, one]]
  })
  const known = new Set(previous?.webhooks.map(variableOf))
  const taken = next?.webhooks.filter((webhook) => !known.has(variableOf(webhook))) ?? []
  const facts = FACTS.filter(({ of }) => of(previous) !== of(next))
  const members = [
    ...joined.map((one) => `joins: ${memberPhrase(one)}`),
    ...left.map((one) => `leaves: ${memberPhrase(one)}`),
    ...pairs.map(([old, one]) => alteration(old, one)),
  ]
  const inner = previous === undefined || next === undefined ? members : [...turns(facts, previous, next), ...members]
  const head =
    next === undefined
      ? [`removed the organization ${id}`]
      : previous === undefined
        ? [
            `added the organization ${id}${next.parent === undefined ? "" : `, below ${next.parent}`}; requests that no contract speaks to are ${next.default === "allow" ? "allowed" : "refused"}`,
          ]
        : []
  return {
    lines: [...head, ...[...inner, ...taken.map(taking)].map((line) => `${id}: ${line}`)],
    aspects: [
      ...(joined.some(({ executor }) => isExecuted(executor)) ||
      pairs.some(([old, one]) => isExecuted(one.executor) && configuration(one) !== configuration(old))
        ? (["executors"] as const)
        : []),
      ...(taken.length > 0 ? (["environment"] as const) : []),
      ...facts.map(({ aspect }) => aspect),
      ...(joined.length + left.length > 0 ? (["members"] as const) : []),
      ...MEMBER_FACTS.filter(({ of }) => pairs.some(([old, one]) => of(old) !== of(one))).map(({ aspect }) => aspect),
    ],
    joined: joined.map(({ name }) => name),
    left: left.map(({ name }) => name),
    altered: pairs.map(([, { name }]) => name),
  }
}

interface Fact<A> {
  readonly aspect: Aspect
  readonly of: (one: A) => string
}

type Fields = Organization | undefined

/** What is compared, the weightiest first. */
const FACTS: ReadonlyArray<Fact<Fields> & { readonly words?: (organization: Organization) => string }> = [
  {
    aspect: "parent",
    of: (one) => one?.parent ?? "",
    words: ({ parent }) => (parent === undefined ? "below no other organization" : `below ${parent}`),
  },
  {
    aspect: "default",
    of: (one) => one?.default ?? "",
    words: (one) => `requests that no contract speaks to are ${one.default === "allow" ? "allowed" : "refused"}`,
  },
  {
    aspect: "owner",
    of: (one) => one?.owner ?? "",
    words: ({ owner }) => (owner === undefined ? "no owner" : `owned by ${memberName(owner)}`),
  },
  { aspect: "conditions", of: (one) => JSON.stringify(one?.conditions ?? {}) },
  {
    aspect: "webhooks",
    of: (one) => JSON.stringify(one?.webhooks.map(({ source, secret }) => [source, secret]) ?? []),
  },
  { aspect: "documents", of: (one) => JSON.stringify(one?.documents.map(({ name, owner }) => [name, owner]) ?? []) },
  {
    aspect: "channels",
    of: (one) => (one?.channels ?? []).join(" "),
    words: ({ channels }) => `${amount(channels.length, "channel")}: ${enumeration(channels.map(word), "and")}`,
  },
  { aspect: "timezone", of: (one) => one?.timezone ?? "", words: ({ timezone }) => `time zone ${timezone}` },
  {
    aspect: "texts",
    of: (one) => JSON.stringify([one?.name, one?.description]),
    words: ({ name, description }) =>
      `${name === undefined ? "no name" : `the name ${quote(name)}`}, ${description === undefined ? "no description" : `the description ${quote(description)}`}`,
  },
]

const MEMBER_FACTS: ReadonlyArray<Fact<Member>> = [
  { aspect: "roles", of: ({ roles }) => roles.join(" ") },
  { aspect: "weights", of: ({ weight }) => String(weight) },
  {
    aspect: "agents",
    of: ({ ref, executor, prompt, promptAppend, limits, schedule }) =>
      JSON.stringify([ref, executor, prompt, promptAppend, limits, schedule]),
  },
]

const turns = (facts: typeof FACTS, previous: Organization, next: Organization): ReadonlyArray<string> =>
  facts.map(({ aspect, words }) =>
    words === undefined
      ? `its ${aspect === "conditions" ? "shared conditions" : aspect} are other ones`
      : `now ${words(next)}, before ${words(previous)}`,
  )

const alteration = (old: Member, now: Member): string => {
  const [before, after] = [memberPhrase(old), memberPhrase(now)]
  return before === after ? `changed: ${after}, in what is not shown here` : `now ${after}; before ${before}`
}

/** However the text is spaced. */
const variableOf = ({ secret }: Webhook): string => secretVariable(secret) ?? secret

const taking = ({ source, secret }: Webhook): string =>
  `webhooks from ${word(source)} are verified with ${secretVariable(secret) ?? "a secret"} of the daemon's environment, which it has not used for one so far`

const sameMember = (one: Member, other: Member): boolean => one.name === other.name && one.kind === other.kind

const isExecuted = (executor: Member["executor"]): boolean => executor !== undefined && executor.kind !== HUMAN_EXECUTOR

const configuration = ({ executor }: Member): string => JSON.stringify(executor) ?? ""

const content = (one: Member): string => MEMBER_FACTS.map(({ of }) => of(one)).join("\n")

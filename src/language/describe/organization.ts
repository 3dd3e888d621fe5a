/** An organization as plain English. */
import { amount } from "../../domain/amount.ts"
import type { ExecutorConfig, Member, Organization, RunLimits, Schedule } from "../../domain/organization.ts"
import { conditionLines } from "./conditions.ts"
import { citation, duration, enumeration, quote, title, value, word } from "./prose.ts"
import type { Line } from "./prose.ts"
import { member as memberName } from "./selectors.ts"

/** Secrets, and what an executor is given under a key that sounds like one, never appear. */
export const organizationLines = (organization: Organization): ReadonlyArray<Line> => [
  {
    indent: 0,
    text: organization.name === undefined ? organization.id : `${title(organization.name)} (${organization.id})`,
  },
  ...(organization.description === undefined ? [] : citation(organization.description, 2)),
  { indent: 2, text: facts(organization) },
  ...section(
    "Members",
    organization.members.map((member) => [{ indent: 4, text: `- ${memberPhrase(member)}` }]),
  ),
  { indent: 2, text: channelsPhrase(organization.channels) },
  ...(organization.documents.length === 0 ? [] : [{ indent: 2, text: documentsPhrase(organization.documents) }]),
  ...section(
    "Shared conditions",
    Object.entries(organization.conditions).map(([name, condition]) =>
      conditionLines(condition, 4, `- ${quote(name)} means that `),
    ),
  ),
  ...organization.webhooks.map(({ source }) => ({
    indent: 2,
    text: `Webhooks from ${word(source)} are accepted, if signed with its secret.`,
  })),
]

const facts = (organization: Organization): string =>
  [
    organization.parent === undefined ? "" : `Below ${organization.parent}, whose contracts bind here too.`,
    `Requests that no contract speaks to are ${organization.default === "allow" ? "allowed" : "refused"}.`,
    `Time zone: ${organization.timezone}.`,
    organization.owner === undefined ? "" : `Owner: ${memberName(organization.owner)}.`,
  ]
    .filter((part) => part !== "")
    .join(" ")

const section = (heading: string, entries: ReadonlyArray<ReadonlyArray<Line>>): ReadonlyArray<Line> =>
  entries.length === 0
    ? [{ indent: 2, text: `${heading}: none.` }]
    : [{ indent: 2, text: `${heading}:` }, ...entries.flat()]

export const memberPhrase = (member: Member): string => {
  const { name, kind, roles, weight, ref, executor, prompt, promptAppend, limits, schedule } = member
  return `${[
    `${memberName(name)}, ${kind === "human" ? "a human" : "an agent"}`,
    ref === undefined ? "" : `defined elsewhere as ${word(ref)}`,
    roles.length === 0 ? "" : `${roles.length === 1 ? "role" : "roles"} ${enumeration(roles.map(word), "and")}`,
    weight === 1 ? "" : `weight ${weight}`,
    executor === undefined ? "" : executorPhrase(executor),
    schedule === undefined ? "" : schedulePhrase(schedule),
    limits === undefined ? "" : limitsPhrase(limits),
    prompt === undefined ? "" : `told ${quote(prompt)}`,
    promptAppend === undefined ? "" : `told in addition ${quote(promptAppend)}`,
  ]
    .filter((part) => part !== "")
    .join(", ")}`
}

const executorPhrase = ({ kind, ...config }: ExecutorConfig): string =>
  `run by ${word(kind)}${Object.keys(config).length === 0 ? "" : ` with ${value(withoutSecrets(config))}`}`

const schedulePhrase = (schedule: Schedule): string =>
  ("every" in schedule
    ? `starting after every ${duration(schedule.every)} of idleness`
    : `starting by the schedule ${quote(schedule.cron)}`) +
  (schedule.goal === undefined ? "" : ` to do ${quote(schedule.goal)}`)

const limitsPhrase = ({ turns, usd, minutes, silence, retries, runs }: RunLimits): string => {
  const parts = [
    turns === undefined ? "" : amount(turns, "turn"),
    usd === undefined ? "" : amount(usd, "US dollar"),
    minutes === undefined ? "" : amount(minutes, "minute"),
    silence === undefined ? "" : `${duration(silence)} without a sign of life`,
    retries === undefined ? "" : retries === 1 ? "1 retry" : `${retries} retries`,
  ].filter((part) => part !== "")
  const atOnce = runs === undefined ? "" : `${amount(runs, "run")} at the same time`
  if (parts.length === 0) return atOnce === "" ? "with no limits of its own" : `at most ${atOnce}`
  return `at most ${enumeration(parts, "and")} a run${atOnce === "" ? "" : `, and ${atOnce}`}`
}

const channelsPhrase = ([first, ...more]: ReadonlyArray<string>): string => {
  const others = more.map((name) => `#${word(name)}`)
  return `Channels: #${word(first ?? "")} (the organization's own)${others.length === 0 ? "" : `, ${others.join(", ")}`}.`
}

const documentsPhrase = (documents: Organization["documents"]): string =>
  `Documents: ${documents
    .map(({ name, owner }) => word(name) + (owner === undefined ? "" : ` (owner ${memberName(owner)})`))
    .join(", ")}.`

/** Texts under a key that sounds like a secret, and all texts below `env` and `headers`. */
const withoutSecrets = (config: unknown, hide = false): unknown => {
  if (typeof config === "string") return hide ? HIDDEN : config
  if (Array.isArray(config)) return config.map((item) => withoutSecrets(item, hide))
  if (typeof config !== "object" || config === null) return config
  return Object.fromEntries(
    Object.entries(config).map(([key, entry]) => [key, withoutSecrets(entry, hide || SECRET_KEY.test(key))]),
  )
}

const SECRET_KEY = /secret|token|password|passwd|credential|authorization|api[-_]?key|^env$|^headers$/i
const HIDDEN = "(hidden)"

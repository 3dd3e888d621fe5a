/** An organization's document → its normal form. */
import { formatDuration } from "../domain/duration.ts"
import { DEFAULT_CHANNEL, type Member, type Organization, type Schedule, type Webhook } from "../domain/organization.ts"
import { secretVariable } from "../domain/secretVariable.ts"
import { readCondition, readTimeZone } from "./conditionTree.ts"
import { readOrganizationName } from "./contractDocument.ts"
import type { Findings } from "./findings.ts"
import { checkInterpolation, refuseInterpolation } from "./interpolation.ts"
import {
  capital,
  choice,
  compact,
  duration,
  expected,
  type Fields,
  fields,
  json,
  list,
  type MapSchema,
  number,
  optionalText,
  text,
} from "./read.ts"
import { cronProblem } from "./schedule.ts"
import {
  AgentMap,
  DEFAULTS,
  DocumentMap,
  HumanMap,
  LimitsMap,
  OrganizationDocument,
  PromptMap,
  RefMap,
  ScheduleMap,
  WebhookMap,
} from "./schemas/organization.ts"
import { MEMBER_NAME, memberNameOf } from "./selectors.ts"
import { child, inWords, isEmpty, type Node } from "./tree.ts"
import { versionOf } from "./version.ts"

/** A document with errors gives an organization, too, with placeholders; the caller drops it. */
export const readOrganization = (findings: Findings, node: Node): Organization => {
  const { get } = fields(findings, node, OrganizationDocument, "an organization")
  const id = readOrganizationName(findings, get("organization"), "the organization")
  const channels = list(findings, get("channels"), '"channels"').map((item) => readChannel(findings, item))
  const parent = get("parent")
  const owner = get("owner")
  const timezone = get("timezone")
  const content = compact<Omit<Organization, "version" | "position">>({
    id,
    name: plainText(findings, get("name"), "the name"),
    description: plainText(findings, get("description"), "the description"),
    parent: parent && readOrganizationName(findings, parent, "the parent"),
    default: choice(findings, get("default"), DEFAULTS, '"default"') ?? "allow",
    timezone: timezone === undefined ? "UTC" : readTimeZone(findings, timezone, "the time zone"),
    owner: owner && memberNameOf(findings, owner, "the owner"),
    members: readMembers(findings, get("members")),
    channels: channels.length === 0 ? [DEFAULT_CHANNEL] : channels,
    documents: list(findings, get("documents"), '"documents"').map((item) => readSharedDocument(findings, item)),
    conditions: readConditions(findings, get("conditions")),
    webhooks: list(findings, get("webhooks"), '"webhooks"').map((item) => readWebhook(findings, item)),
  })
  reportTwice(findings, content.channels, get("channels"), "channel")
  reportTwice(
    findings,
    content.documents.map(({ name }) => name),
    get("documents"),
    "document",
  )
  reportTwice(
    findings,
    content.webhooks.map(({ source }) => source),
    get("webhooks"),
    "webhook",
  )
  const at = get("organization") ?? node
  const organization = { ...content, version: versionOf(content), position: findings.position(at.start) }
  return findings.placed(organization, at, { parent, owner })
}

const plainText = (findings: Findings, node: Node | undefined, what: string): string | undefined => {
  refuseInterpolation(findings, node, "`${{ .. }}` is for secrets of webhooks and executors here, not for texts.")
  return optionalText(findings, node, what)
}

const reportTwice = (findings: Findings, names: ReadonlyArray<string>, node: Node | undefined, what: string): void => {
  if (node?.kind !== "list") return
  const seen = new Set<string>()
  names.forEach((name, index) => {
    if (name !== "" && seen.has(name))
      findings.error(node.items[index]!, "duplicate-name", `The ${what} "${name}" is listed twice.`)
    seen.add(name)
  })
}

const readChannel = (findings: Findings, node: Node): string => {
  const name = text(findings, node, "a channel").replace(/^#/, "")
  if (name !== "" && !MEMBER_NAME.test(name))
    findings.error(node, "wrong-name", `A channel's name is letters, digits, _ and -, not ${inWords(node)}.`)
  return name
}

const readConditions = (findings: Findings, node: Node | undefined): Organization["conditions"] => {
  if (node === undefined) return {}
  if (node.kind !== "map") {
    expected(findings, node, '"conditions" is a map from names to conditions')
    return {}
  }
  return Object.fromEntries(
    node.entries.map(({ key, keySpan, value }) => {
      if (isEmpty(value)) findings.error(keySpan, "missing-value", `"${key}" has no value.`)
      const condition = isEmpty(value) ? { all: [] } : readCondition(findings, value, `the condition "${key}"`)
      return [key, findings.placed(condition, keySpan)]
    }),
  )
}

const readSharedDocument = (findings: Findings, node: Node): Organization["documents"][number] => {
  const { get } = fields(findings, node, DocumentMap, "a document")
  const owner = get("owner")
  const document = compact<Organization["documents"][number]>({
    name: text(findings, get("name"), "the document's name"),
    owner: owner && memberNameOf(findings, owner, "the owner"),
  })
  return findings.placed(document, node, { owner })
}

const readWebhook = (findings: Findings, node: Node): Webhook => {
  const { get } = fields(findings, node, WebhookMap, "a webhook")
  const secret = text(findings, get("secret"), "the secret")
  const at = get("secret")
  if (at !== undefined && secret !== "" && secretVariable(secret) === undefined)
    findings.error(
      at,
      "literal-secret",
      "A secret is read from the environment; files are kept in the log.",
      'Write "${{ env.NAME }}".',
    )
  return findings.placed({ source: text(findings, get("source"), "the source"), secret }, at ?? node)
}

// ── members ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const KINDS: ReadonlyArray<readonly [string, MapSchema]> = [
  ["human", HumanMap],
  ["agent", AgentMap],
  ["ref", RefMap],
]

export const readMembers = (findings: Findings, node: Node | undefined): ReadonlyArray<Member> => {
  const members = list(findings, node, '"members"').map((item) => readMember(findings, item))
  reportTwice(
    findings,
    members.map(({ name }) => name),
    node,
    "member",
  )
  return members
}

const readMember = (findings: Findings, node: Node): Member => {
  const position = findings.position(node.start)
  const found = KINDS.filter(([key]) => child(node, key) !== undefined)
  const [kind, schema] = found[0] ?? guessKind(node)
  if (kind === undefined || schema === undefined || found.length > 1) {
    findings.error(
      node,
      "wrong-member",
      'A member is one of "human: NAME", "agent: NAME" and "ref: NAME@ORGANIZATION".',
    )
    return { name: "", kind: "human", roles: [], weight: 1, position }
  }
  const { get } = fields(findings, node, schema, kind === "human" ? "a human" : "an agent")
  const [name, ref] =
    kind === "ref" ? readRef(findings, get("ref")) : [memberNameOf(findings, get(kind), "the name"), undefined]
  return findings.placed(
    compact<Member>({
      name,
      kind: kind === "human" ? "human" : "agent",
      roles: list(findings, get("roles"), '"roles"').map((item) => readRole(findings, item)),
      weight: number(findings, get("weight"), '"weight"', { least: 0 }) ?? 1,
      ref,
      ...readWork(findings, get),
      position,
    }),
    node,
    { schedule: get("schedule") },
  )
}

/** `humn: dana` is still a human. */
const guessKind = (node: Node): readonly [string | undefined, MapSchema | undefined] => {
  if (node.kind !== "map") return [undefined, undefined]
  const work = node.entries.some(({ key }) => ["executor", "prompt", "limits", "schedule"].includes(key))
  const near = node.entries.some(({ key }) => /^h/i.test(key))
    ? KINDS[0]
    : work || node.entries.some(({ key }) => /^a/i.test(key))
      ? KINDS[1]
      : undefined
  return near ?? [undefined, undefined]
}

const readRole = (findings: Findings, node: Node): string => {
  const role = text(findings, node, "a role")
  if (role !== "" && !MEMBER_NAME.test(role))
    findings.error(node, "wrong-name", `A role is letters, digits, _ and -, not ${inWords(node)}.`)
  return role
}

const readRef = (findings: Findings, node: Node | undefined): readonly [string, string | undefined] => {
  const ref = text(findings, node, '"ref"')
  const match = /^@?([A-Za-z0-9][A-Za-z0-9_-]*)@([a-z0-9-]+)$/.exec(ref)
  if (match !== null) return [match[1]!, `${match[1]!}@${match[2]!}`]
  if (node !== undefined && ref !== "")
    findings.error(node, "wrong-name", `A reference is NAME@ORGANIZATION such as alice@global, not ${inWords(node)}.`)
  return ["", undefined]
}

const readWork = (findings: Findings, get: Fields["get"]) => {
  const executor = get("executor")
  const limits = get("limits")
  const schedule = get("schedule")
  return {
    executor: executor && readExecutor(findings, executor),
    ...readPrompt(findings, get("prompt")),
    limits: limits && readLimits(findings, limits),
    schedule: schedule && readSchedule(findings, schedule),
  }
}

const readExecutor = (findings: Findings, node: Node): NonNullable<Member["executor"]> => {
  if (node.kind !== "map") {
    expected(findings, node, "an executor is a map such as { kind: command, run: [./fix.sh] }")
    return { kind: "" }
  }
  const kind = child(node, "kind")
  if (kind === undefined) findings.error(node, "missing-key", 'An executor needs the key "kind".')
  text(findings, kind, "the kind of an executor")
  for (const { key, value } of node.entries)
    if (key === "run" || key === "shell")
      refuseInterpolation(
        findings,
        value,
        "In a command values arrive as environment variables or on stdin, not by `${{ .. }}`.",
      )
    else checkInterpolation(findings, value, ["env"])
  return json(findings, node) as NonNullable<Member["executor"]>
}

const readPrompt = (
  findings: Findings,
  node: Node | undefined,
): { prompt: string | undefined; promptAppend: string | undefined } => {
  refuseInterpolation(findings, node, "A prompt holds no `${{ .. }}`; what the event says comes with the task's goal.")
  if (node?.kind !== "map") return { prompt: optionalText(findings, node, "the prompt"), promptAppend: undefined }
  const { get } = fields(findings, node, PromptMap, "a prompt")
  return { prompt: undefined, promptAppend: optionalText(findings, get("append"), '"append"') }
}

const readLimits = (findings: Findings, node: Node): NonNullable<Member["limits"]> => {
  const { get } = fields(findings, node, LimitsMap, '"limits"')
  const silence = get("silence")
  return compact<NonNullable<Member["limits"]>>({
    turns: number(findings, get("turns"), '"turns"', { least: 1, whole: true }),
    usd: number(findings, get("usd"), '"usd"', { above: 0 }),
    minutes: number(findings, get("minutes"), '"minutes"', { above: 0 }),
    silence: silence && duration(findings, silence, '"silence"'),
    retries: number(findings, get("retries"), '"retries"', { least: 0, whole: true }),
    runs: number(findings, get("runs"), '"runs"', { least: 1, most: MAX_RUNS_OF_ONE_AGENT, whole: true }),
  })
}

const readSchedule = (findings: Findings, node: Node): Schedule => {
  const { get, sound } = fields(findings, node, ScheduleMap, '"schedule"')
  const every = get("every")
  const cron = get("cron")
  if ((every === undefined) === (cron === undefined) && sound)
    findings.error(node, "several-schedules", 'A schedule is either { every: 30m } or { cron: "0 9 * * 1-5" }.')
  refuseInterpolation(findings, get("goal"), "A schedule has no event that `${{ .. }}` could name a part of.")
  const goal = compact<{ readonly goal?: string }>({ goal: optionalText(findings, get("goal"), '"goal"') })
  if (cron === undefined) {
    const idle = duration(findings, every, '"every"') ?? MIN_EVERY_MS
    if (every !== undefined && idle < MIN_EVERY_MS)
      findings.error(every, "wrong-value", `"every" is at least ${formatDuration(MIN_EVERY_MS)}.`)
    return { every: idle, ...goal }
  }
  const written = text(findings, cron, '"cron"')
  const problem = written === "" ? undefined : cronProblem(written)
  if (problem !== undefined)
    findings.error(
      cron,
      "wrong-cron",
      `${capital(inWords(cron))} ${CRON_PROBLEMS[problem]}.`,
      'Write one such as "0 9 * * 1-5".',
    )
  return { cron: written, ...goal }
}

/** A shorter time of idleness would be a loop. */
const MIN_EVERY_MS = 1_000
/** More runs of one agent at the same time than any daemon would give it. */
const MAX_RUNS_OF_ONE_AGENT = 1_000

const CRON_PROBLEMS = {
  malformed: "is no cron schedule",
  seconds: "has no five fields: minute, hour, day, month and weekday",
  never: "never comes to its time",
} as const

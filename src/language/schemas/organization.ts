/** An organization's document. */
import { Schema } from "effect"
import { ConditionSchema } from "./conditions.ts"
import { Amount, Count, described, Duration, Kebab, MemberName, optional, OrganizationName, Text } from "./values.ts"

const Roles = Schema.Array(MemberName)
const Weight = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

export const LimitsMap = Schema.Struct({
  turns: optional(Count, "Most turns of one run."),
  usd: optional(Amount, "Most US dollars of one run."),
  minutes: optional(Amount, "Longest time of one run. Default 60."),
  silence: optional(
    Duration,
    "Longest time of one run without any output: 10m. Left out: as long as the run may take.",
  ),
  retries: optional(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    "How often a failed task is given again. Default 2.",
  ),
  runs: optional(Count, "Runs of this agent at the same time. Default 1."),
})
export const ScheduleMap = Schema.Struct({
  every: optional(Duration, "A task when it has been idle for this long."),
  cron: optional(Text, 'A task at these times, in the time zone of the organization: "0 9 * * 1-5".'),
  goal: optional(Text, "What is to be done then."),
})
export const PromptMap = Schema.Struct({ append: described(Text, "Added to the prompt that is defined elsewhere.") })

/** Its other keys are the executor's own and are checked by it. */
const ExecutorMap = Schema.StructWithRest(
  Schema.Struct({ kind: described(Text, "How it is run: command, scripted, claude-code, ai, ...") }),
  [Schema.Record(Schema.String, Schema.Json)],
)

export const HumanMap = Schema.Struct({
  human: described(MemberName, "A person, by name."),
  roles: optional(Roles, "Roles that contracts name as role:lead."),
  weight: optional(Weight, "Weight of the vote where a contract counts weights. Default 1."),
})
const work = {
  roles: optional(Roles, "Roles that contracts name as role:reviewer."),
  weight: optional(Weight, "Weight of the vote where a contract counts weights. Default 1."),
  executor: optional(ExecutorMap, "How its tasks are run."),
  limits: optional(LimitsMap, "Bounds of each run."),
  schedule: optional(ScheduleMap, "Runs without being asked."),
}
export const AgentMap = Schema.Struct({
  agent: described(MemberName, "An agent, by name."),
  ...work,
  prompt: optional(Text, "What it is told at the start of each run."),
})
export const RefMap = Schema.Struct({
  ref: described(Schema.String.check(Schema.isPattern(/^[^@]+@[^@]+$/u)), "An agent defined elsewhere: alice@global."),
  ...work,
  prompt: optional(Schema.Union([PromptMap, Text]), "In place of its prompt, or added to it."),
})

export const MembersList = Schema.Array(Schema.Union([HumanMap, AgentMap, RefMap]).annotate({ identifier: "Member" }))

export const DocumentMap = Schema.Struct({
  name: described(Text, "The document's name."),
  owner: optional(MemberName, "Who may change it."),
})
export const WebhookMap = Schema.Struct({
  source: described(Kebab, "Where the deliveries come from: github, slack, ..."),
  secret: described(Text, "What verifies them, from the environment: ${{ env.GITHUB_WEBHOOK_SECRET }}."),
})
export const DEFAULTS = ["allow", "deny"] as const

export const OrganizationDocument = Schema.Struct({
  organization: described(OrganizationName, 'Its name: "@review-team".'),
  name: optional(Text, "A title for people."),
  description: optional(Text, "What it is for, in a sentence."),
  parent: optional(OrganizationName, "An organization whose contracts bind here too."),
  default: optional(Schema.Literals(DEFAULTS), "What becomes of requests that no contract speaks to. Default allow."),
  timezone: optional(Text, "Time zone of the clock fact, such as Europe/Berlin. Default UTC."),
  owner: optional(MemberName, "The creator of the agents that are defined here."),
  members: described(MembersList, "Who belongs to it."),
  channels: optional(Schema.Array(Text), "Channels; the first one is the organization's. Default general."),
  documents: optional(Schema.Array(DocumentMap), "Shared documents."),
  conditions: optional(Schema.Record(Schema.String, ConditionSchema), "Conditions that contracts use by name."),
  webhooks: optional(Schema.Array(WebhookMap), "Webhooks that belong to it."),
})

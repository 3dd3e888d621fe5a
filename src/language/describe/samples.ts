/** Normal forms that the tests of this folder start from, with every key in use. */
import type {
  Condition,
  Contract,
  Effect,
  EffectKind,
  EscalationLevel,
  FactParams,
  Leaf,
  RequireApproval,
  RequireVotes,
} from "../../domain/contract.ts"
import type { Member, Organization } from "../../domain/organization.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const position = { file: "contracts/sample.yaml", line: 1, column: 1 }

export const leaf: Leaf = { fact: "data", path: "$.environment", operator: "equal", value: "production" }

export const level: EscalationLevel = {
  to: [{ kind: "role", role: "lead", scope: false }],
  after: HOUR_MS,
  message: "Please look",
}

export const contract: Contract = {
  fullName: "@review-team/sample",
  id: "sample",
  name: "A sample",
  description: "What it is for.",
  scope: "@review-team",
  on: ["deploy.requested"],
  when: { all: [leaf] },
  then: [{ effect: "allow" }],
  mode: "enforce",
  priority: 50,
  owner: "dana",
  from: Date.UTC(2026, 10, 1),
  until: Date.UTC(2027, 10, 1),
  version: "0000000000000000",
  position,
}

export const withEffect = (...then: ReadonlyArray<Effect>): Contract => ({ ...contract, then })
export const withCondition = (when: Condition): Contract => ({ ...contract, when })

export const counting = (fact: "count" | "sum" | "history", params: FactParams): Leaf => ({
  fact,
  operator: fact === "history" ? "equal" : "greaterThan",
  value: fact === "history" ? true : 3,
  params,
})

export const approval: RequireApproval = {
  effect: "require_approval",
  from: [{ kind: "creator" }],
  within: DAY_MS,
  otherwise: "deny",
  self: false,
}

export const votes: RequireVotes = {
  effect: "require_votes",
  from: [{ kind: "humans", scope: false }],
  resolution: { kind: "approvals", approvals: 2 },
  of: "electorate",
  within: DAY_MS,
  otherwise: "deny",
  self: false,
}

/** One effect of each kind, with each of its keys in use. */
export const effects = {
  allow: { effect: "allow" },
  deny: { effect: "deny", reason: "not on Fridays" },
  require_approval: approval,
  require_votes: {
    ...votes,
    quorum: { voters: 3 },
    weights: "members",
    veto: [{ kind: "member", name: "erin" }],
    delay: HOUR_MS,
    same: ["$.environment"],
  },
  limit: {
    effect: "limit",
    max: 10,
    within: HOUR_MS,
    per: [{ kind: "actor" }],
    burst: 5,
    cost: 2,
    algorithm: "gcra",
    otherwise: "deny",
  },
  budget: { effect: "budget", unit: "usd", max: 5, per: [{ kind: "run" }], within: DAY_MS, otherwise: "deny" },
  route: {
    effect: "route",
    to: [{ kind: "member", name: "reviewer" }],
    as: "sequence",
    goal: "Review it",
    with: { depth: "quick" },
  },
  escalate: { effect: "escalate", levels: [level] },
  emit: { effect: "emit", type: "deploy.noted", data: { by: "charter" }, upon: ["allow"] },
  notify: { effect: "notify", to: [{ kind: "channel", name: "deploys" }], message: "Done", upon: ["deny"] },
} as const satisfies { readonly [K in EffectKind]: Extract<Effect, { readonly effect: K }> }

export const member: Member = {
  name: "reviewer",
  kind: "agent",
  roles: ["reviewer"],
  weight: 2,
  ref: "reviewer@global",
  executor: { kind: "claude-code", model: "sonnet" },
  prompt: "Review code.",
  promptAppend: "Focus on security.",
  limits: { turns: 40, usd: 2, minutes: 20, retries: 2 },
  schedule: { every: HOUR_MS },
  position,
}

export const organization: Organization = {
  id: "@review-team",
  name: "Review team",
  description: "Reviews and ships pull requests.",
  parent: "@engineering",
  default: "allow",
  timezone: "Europe/Berlin",
  owner: "dana",
  members: [member],
  channels: ["review", "deploys"],
  documents: [{ name: "standards.md", owner: "dana" }],
  conditions: {
    "office-hours": { all: [{ fact: "clock", path: "$.hour", operator: "between", value: [9, 17] }] },
  },
  webhooks: [{ source: "github", secret: "${{ env.GITHUB_WEBHOOK_SECRET }}" }],
  version: "0000000000000000",
  position,
}

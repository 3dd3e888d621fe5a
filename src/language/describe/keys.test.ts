/** Every key of the normal form shows in the text: change it, and the text changes. */
import { describe, expect, it } from "vitest"
import type {
  All,
  Any,
  Budget,
  Contract,
  Deny,
  Effect,
  EffectKind,
  Emit,
  Escalate,
  EscalationLevel,
  FactName,
  FactParams,
  KeyPart,
  Leaf,
  Limit,
  Mode,
  Not,
  Notify,
  Otherwise,
  RequireApproval,
  RequireVotes,
  Resolution,
  Route,
  Selector,
  SharedCondition,
  Upon,
} from "../../domain/contract.ts"
import type { ExecutorConfig, Member, Organization, RunLimits, Schedule, Webhook } from "../../domain/organization.ts"
import { FACT_SHAPES } from "../conditions/factFields.ts"
import { decoratorNames, operatorNames } from "../conditions/operators.ts"
import { describeContract } from "./describeContract.ts"
import { describeSelector } from "./selectors.ts"
import { describeSet } from "./describeSet.ts"
import * as sample from "./samples.ts"

/**
 * For each key of `A` other values of it (with those of keys that go with it), or why it does not show. A key that may
 * be left out must show that too.
 */
type Changes<A> = { readonly [K in keyof A]-?: { readonly hidden: string } | Values<A, K> }
type Values<A, K extends keyof A> =
  object extends Pick<A, K> ? readonly ["left out", ...ReadonlyArray<Partial<A>>] : ReadonlyArray<Partial<A>>

const changesShow = <A extends object>(title: string, base: A, text: (value: A) => string, changes: Changes<A>) => {
  describe(title, () => {
    for (const [name, change] of Object.entries<{ readonly hidden: string } | ReadonlyArray<Partial<A> | "left out">>(
      changes,
    )) {
      if ("hidden" in change) continue
      const key = name as keyof A
      it(name, () => {
        const values = change.map((part) => (part === "left out" ? without(base, key) : { ...base, ...part }))
        const changed = values.filter((value) => Object.hasOwn(base, key) || Object.hasOwn(value, key))
        for (const value of changed) expect(value[key]).not.toEqual(base[key])
        distinct([base, ...changed].map(text))
      })
    }
  })
}

const without = <A extends object>(value: A, key: keyof A): A => {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as A
}

const distinct = (texts: ReadonlyArray<string>): void => {
  expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([])
}

const inEffect = (effect: Effect): string => describeContract(sample.withEffect(effect))
const inCondition = (condition: NonNullable<Contract["when"]>): string =>
  describeContract(sample.withCondition(condition))
const other: Leaf = { fact: "data", path: "$.region", operator: "equal", value: "eu" }
const BY = ["org", "subject", "run", "correlation", "none", "$.repo", "$.owner"]
const window: FactParams = { of: "deploy.requested", by: "actor", within: 3_600_000, where: sample.leaf }
const windowChanges = (by: "none" | "subject"): Pick<Changes<FactParams>, "of" | "by" | "within" | "where"> => ({
  of: ["left out", { of: "deploy.*" }, { of: "deploy.**" }, { of: "merge.requested" }],
  // Left out it is `by`.
  by: ["left out", ...BY.filter((key) => key !== by).map((key) => ({ by: key }))],
  within: ["left out", { within: 7_200_000 }, { within: 3_600_001 }],
  where: [
    "left out",
    { where: other },
    { where: { any: [sample.leaf, other] } },
    { where: { all: [sample.leaf, other] } },
  ],
})
const derived = { hidden: "follows from the rest" }
const place = { hidden: "where it stands has no part in what it means" }

changesShow<Contract>("contract", sample.contract, describeContract, {
  fullName: [{ fullName: "@review-team/other", id: "other" }],
  id: [{ fullName: "@review-team/other", id: "other" }],
  name: ["left out", { name: "Another" }],
  description: ["left out", { description: "Another." }],
  scope: [
    { scope: "@other", fullName: "@other/sample" },
    { scope: "@global", fullName: "@global/sample" },
  ],
  on: [{ on: ["deploy.*"] }, { on: ["deploy.requested", "merge.requested"] }, { on: ["**"] }, { on: ["deploy.**"] }],
  when: ["left out", { when: other }],
  then: [{ then: [{ effect: "deny", reason: "no" }] }, { then: [{ effect: "allow" }, { effect: "allow" }] }],
  mode: [{ mode: "shadow" }, { mode: "off" }],
  priority: [{ priority: 51 }, { priority: 0 }, { priority: -1 }],
  owner: ["left out", { owner: "erin" }],
  from: ["left out", { from: sample.contract.from! + 1 }, { from: sample.contract.from! + 1000 }, { from: 0 }],
  until: ["left out", { until: sample.contract.until! + 60_000 }],
  version: derived,
  position: place,
})

describe("conditions", () => {
  changesShow<All>("all", { all: [sample.leaf, other] }, inCondition, {
    all: [{ all: [other, sample.leaf] }, { all: [sample.leaf, other, sample.leaf] }, { all: [sample.leaf] }],
  })
  changesShow<Any>("any", { any: [sample.leaf, other] }, inCondition, {
    any: [{ any: [other, sample.leaf] }, { any: [sample.leaf] }],
  })
  changesShow<Not>("not", { not: sample.leaf }, inCondition, {
    not: [{ not: other }, { not: { all: [sample.leaf, other] } }],
  })
  changesShow<SharedCondition>("shared condition", { condition: "a" }, inCondition, { condition: [{ condition: "b" }] })
  changesShow<Leaf>("leaf", sample.leaf, inCondition, {
    fact: [{ fact: "actor" }],
    path: ["left out", { path: "$.region" }, { path: "$..environment" }, { path: "$.environment[0]" }],
    operator: [{ operator: "notEqual" }, { operator: "not:equal" }],
    value: [
      { value: "staging" },
      { value: 1 },
      { value: "1" },
      { value: null },
      { value: { fact: "data", path: "$.x" } },
    ],
    params: ["left out", { fact: "clock", path: "$.date", params: { tz: "UTC" } }],
  })
  changesShow<FactParams>("count parameters", window, (params) => inCondition(sample.counting("count", params)), {
    ...windowChanges("none"),
    since: { hidden: "only of history" },
    value: { hidden: "only of sum" },
    tz: { hidden: "only of clock" },
  })
  changesShow<FactParams>(
    "sum parameters",
    { ...window, value: "$.usd" },
    (params) => inCondition(sample.counting("sum", params)),
    {
      ...windowChanges("none"),
      since: { hidden: "only of history" },
      value: ["left out", { value: "$.tokens" }],
      tz: { hidden: "only of clock" },
    },
  )
  changesShow<FactParams>(
    "history parameters",
    { ...window, since: "github.push" },
    (params) => inCondition(sample.counting("history", params)),
    {
      ...windowChanges("subject"),
      since: ["left out", { since: "github.**" }],
      value: { hidden: "only of sum" },
      tz: { hidden: "only of clock" },
    },
  )
  changesShow<FactParams>(
    "clock parameters",
    { tz: "UTC" },
    (params) => inCondition({ fact: "clock", path: "$.hour", operator: "equal", value: 9, params }),
    {
      of: { hidden: "only of counters" },
      by: { hidden: "only of counters" },
      within: { hidden: "only of counters" },
      where: { hidden: "only of counters" },
      since: { hidden: "only of history" },
      value: { hidden: "only of sum" },
      tz: ["left out", { tz: "Europe/Berlin" }],
    },
  )

  it("groups of the same members read differently", () => {
    const [a, b, c] = [sample.leaf, other, { ...other, value: "us" }]
    distinct(
      [
        { all: [a, b] },
        { any: [a, b] },
        { not: { all: [a, b] } },
        { not: { any: [a, b] } },
        { all: [{ not: a }, b] },
        { all: [a, { not: b }] },
        { all: [a, { any: [b, c] }] },
        { all: [a, { all: [b, c] }] },
        { any: [a, { all: [b, c] }] },
        { any: [{ all: [a, b] }, c] },
        { all: [{ any: [a, b] }, c] },
        { all: [a, b, c] },
        { any: [a, b, c] },
      ].map(inCondition),
    )
  })

  it("every fact and each of its parts", () => {
    const parts = Object.entries(FACT_SHAPES).flatMap(([fact, shape]) => [
      { fact: fact as FactName },
      ...Object.keys(shape.fields ?? {}).map((key) => ({ fact: fact as FactName, path: `$.${key}` })),
    ])
    distinct(parts.map((part) => inCondition({ ...part, operator: "notEqual", value: "x" })))
    distinct(parts.map((part) => inCondition({ ...sample.leaf, value: part })))
  })

  it("every operator under every decorator, and under two of them", () => {
    const prefixes = ["", ...decoratorNames, ...decoratorNames.flatMap((a) => decoratorNames.map((b) => `${a}:${b}`))]
    const known = operatorNames.flatMap((name) =>
      prefixes.map((prefix) => (prefix === "" ? name : `${prefix}:${name}`)),
    )
    const said = known.filter((name) => !/swap:swap|not:swap/.test(name))
    distinct(said.map((operator) => inCondition({ ...sample.leaf, operator, value: ["a", "b"] })))
  })
})

describe("effects", () => {
  const otherwise: ReadonlyArray<{ readonly otherwise: Otherwise }> = [
    { otherwise: "defer" },
    ...[sample.level, { to: sample.level.to }, { ...sample.level, after: 1 }, { ...sample.level, message: "Now" }].map(
      (level) => ({ otherwise: { escalate: [level] } }),
    ),
    { otherwise: { escalate: [sample.level, sample.level] } },
  ]
  const people: ReadonlyArray<Selector> = [{ kind: "member", name: "fred" }]
  const two: ReadonlyArray<Selector> = [...people, { kind: "creator" }]
  const per: ReadonlyArray<{ readonly per: ReadonlyArray<KeyPart> }> = [
    { per: [] },
    ...Object.values({
      actor: { kind: "actor" },
      org: { kind: "org" },
      subject: { kind: "subject" },
      run: { kind: "run" },
      correlation: { kind: "correlation" },
      data: { kind: "data", path: "$.repo" },
    } satisfies { readonly [K in KeyPart["kind"]]: KeyPart }).map((part) => ({
      per: [part, { kind: "data", path: "$.x" } as const],
    })),
    { per: [{ kind: "data", path: "$.x" }] },
  ]
  const upon: ReadonlyArray<{ readonly upon: Upon }> = [
    { upon: ["allow", "deny"] },
    { upon: ["hold"] },
    { upon: ["expired"] },
    { upon: ["allow", "deny", "hold", "expired"] },
  ]
  const kind = { hidden: "told apart by the test of all kinds" }

  const checked = {
    allow: () => expect(inEffect(sample.effects.allow)).not.toBe(inEffect(sample.effects.deny)),
    deny: () =>
      changesShow<Deny>("deny", sample.effects.deny, inEffect, { effect: kind, reason: [{ reason: "never" }] }),
    require_approval: () =>
      changesShow<RequireApproval>("require_approval", sample.effects.require_approval, inEffect, {
        effect: kind,
        from: [{ from: people }, { from: two }],
        within: [{ within: 1 }],
        otherwise,
        self: [{ self: true }],
      }),
    require_votes: () =>
      changesShow<RequireVotes>("require_votes", sample.effects.require_votes, inEffect, {
        effect: kind,
        from: [{ from: people }, { from: two }],
        resolution: Object.values({
          approvals: [{ kind: "approvals", approvals: 3 }],
          majority: [{ kind: "majority" }],
          supermajority: [2 / 3, 0.75, 0.66, 0.666].map((fraction) => ({ kind: "supermajority", fraction })),
          unanimous: [{ kind: "unanimous" }],
          plurality: [
            { kind: "plurality", options: ["a", "b"] },
            { kind: "plurality", options: ["a", "c"] },
            { kind: "plurality", options: ["a", "b"], tieBreak: "a" },
            { kind: "plurality", options: ["a", "b"], tieBreak: "b" },
          ],
        } satisfies { readonly [K in Resolution["kind"]]: ReadonlyArray<Extract<Resolution, { readonly kind: K }>> })
          .flat()
          .map((resolution) => ({ resolution })),
        of: [{ of: "cast" }],
        quorum: ["left out", { quorum: { voters: 1 } }, { quorum: { share: 0.5 } }, { quorum: { share: 0.6 } }],
        weights: [
          "left out",
          { weights: { dana: 2 } },
          { weights: { dana: 3 } },
          { weights: { erin: 2 } },
          { weights: { dana: 2, erin: 2 } },
        ],
        veto: ["left out", { veto: people }, { veto: two }],
        delay: ["left out", { delay: 1 }],
        within: [{ within: 1 }],
        otherwise,
        self: [{ self: true }],
        same: ["left out", { same: [] }, { same: ["$.region"] }, { same: ["$.environment", "$.region"] }],
      }),
    limit: () =>
      changesShow<Limit>("limit", sample.effects.limit, inEffect, {
        effect: kind,
        max: [{ max: 11 }, { max: 1 }],
        within: [{ within: 1 }],
        per: per,
        burst: ["left out", { burst: 6 }],
        cost: [{ cost: 1 }, { cost: 3 }, { cost: { path: "$.size" } }, { cost: { path: "$.count" } }],
        algorithm: [{ algorithm: "sliding" }],
        otherwise,
      }),
    budget: () =>
      changesShow<Budget>("budget", sample.effects.budget, inEffect, {
        effect: kind,
        unit: [{ unit: "tokens" }, { unit: "turns" }, { unit: "minutes" }],
        max: [{ max: 6 }],
        per,
        within: [{ within: 1 }],
        otherwise,
      }),
    route: () =>
      changesShow<Route>("route", sample.effects.route, inEffect, {
        effect: kind,
        to: [{ to: people }, { to: two }],
        as: [{ as: "parallel" }, { as: "first" }, { as: "compete" }],
        goal: ["left out", { goal: "Fix it" }],
        with: ["left out", { with: {} }, { with: { depth: "deep" } }],
      }),
    escalate: () =>
      changesShow<Escalate>("escalate", sample.effects.escalate, inEffect, {
        effect: kind,
        levels: [{ levels: [sample.level, sample.level] }],
      }),
    emit: () =>
      changesShow<Emit>("emit", sample.effects.emit, inEffect, {
        effect: kind,
        type: [{ type: "deploy.seen" }],
        data: ["left out", { data: {} }, { data: { by: "you" } }, { data: null }],
        upon: ["left out", { upon: ["deny"] }, ...upon],
      }),
    notify: () =>
      changesShow<Notify>("notify", sample.effects.notify, inEffect, {
        effect: kind,
        to: [{ to: people }, { to: two }],
        message: [{ message: "Gone" }],
        upon: ["left out", { upon: ["allow"] }, ...upon],
      }),
  } satisfies Record<EffectKind, () => void>
  const { allow, ...others } = checked
  it("allow", allow)
  for (const check of Object.values(others)) check()

  changesShow<EscalationLevel>(
    "escalation level",
    sample.level,
    (level) => inEffect({ effect: "escalate", levels: [level] }),
    {
      to: [{ to: people }, { to: two }],
      after: ["left out", { after: 1 }],
      message: ["left out", { message: "Now" }],
    },
  )

  it("every kind", () => distinct(Object.values(sample.effects).map(inEffect)))

  it("every selector", () => {
    const selectors = Object.values({
      member: [
        { kind: "member", name: "dana" },
        { kind: "member", name: "erin" },
      ],
      role: [
        { kind: "role", role: "lead", scope: false },
        { kind: "role", role: "lead", scope: true },
        { kind: "role", role: "owner", scope: false },
      ],
      members: [
        { kind: "members", scope: false },
        { kind: "members", scope: true },
      ],
      humans: [
        { kind: "humans", scope: false },
        { kind: "humans", scope: true },
      ],
      agents: [
        { kind: "agents", scope: false },
        { kind: "agents", scope: true },
      ],
      creator: [{ kind: "creator" }],
      channel: [
        { kind: "channel", name: "dana" },
        { kind: "channel", name: "erin" },
      ],
    } satisfies { readonly [K in Selector["kind"]]: ReadonlyArray<Selector & { readonly kind: K }> }).flat()
    distinct(selectors.map((selector) => describeSelector(selector)))
    distinct(selectors.map((selector) => inEffect({ ...sample.effects.notify, to: [selector] })))
  })

  it("every mode", () => {
    const modes = Object.keys({ enforce: 0, shadow: 0, off: 0 } satisfies Record<Mode, number>) as ReadonlyArray<Mode>
    distinct(modes.map((mode) => describeContract({ ...sample.contract, mode })))
  })
})

describe("organizations", () => {
  const inSet = (organization: Organization): string => describeSet([], new Map([[organization.id, organization]]))
  const withMember = (member: Member): string => inSet({ ...sample.organization, members: [member] })

  changesShow<Organization>("organization", sample.organization, inSet, {
    id: [{ id: "@other" }],
    name: ["left out", { name: "Another" }],
    description: ["left out", { description: "Another." }],
    parent: ["left out", { parent: "@sales" }],
    default: [{ default: "deny" }],
    timezone: [{ timezone: "UTC" }],
    owner: ["left out", { owner: "erin" }],
    members: [{ members: [] }, { members: [sample.member, sample.member] }],
    channels: [{ channels: ["deploys", "review"] }, { channels: ["review"] }],
    documents: [{ documents: [] }, { documents: [{ name: "other.md", owner: "dana" }] }],
    conditions: [
      { conditions: {} },
      { conditions: { late: sample.leaf } },
      { conditions: { "office-hours": sample.leaf } },
    ],
    webhooks: [{ webhooks: [] }, { webhooks: [{ source: "gitlab", secret: "s" }] }],
    version: derived,
    position: place,
  })
  changesShow<Member>("member", sample.member, withMember, {
    name: [{ name: "coder" }],
    kind: [{ kind: "human" }],
    roles: [{ roles: [] }, { roles: ["coder"] }, { roles: ["reviewer", "coder"] }],
    weight: [{ weight: 1 }, { weight: 3 }],
    ref: ["left out", { ref: "alice@global" }],
    executor: ["left out", { executor: { kind: "command" } }],
    prompt: ["left out", { prompt: "Fix code." }],
    promptAppend: ["left out", { promptAppend: "Be brief." }],
    limits: ["left out", { limits: {} }],
    schedule: ["left out", { schedule: { cron: "0 9 * * 1-5" } }],
    position: place,
  })
  changesShow<RunLimits>(
    "run limits",
    { turns: 40, usd: 2, minutes: 20, silence: 60_000, retries: 2, runs: 2 },
    (limits) => withMember({ ...sample.member, limits }),
    {
      turns: ["left out", { turns: 41 }],
      usd: ["left out", { usd: 3 }],
      minutes: ["left out", { minutes: 21 }],
      silence: ["left out", { silence: 90_000 }],
      retries: ["left out", { retries: 3 }],
      runs: ["left out", { runs: 3 }],
    },
  )
  changesShow<Organization["documents"][number]>(
    "document",
    { name: "standards.md", owner: "dana" },
    (document) => inSet({ ...sample.organization, documents: [document] }),
    {
      name: [{ name: "other.md" }],
      owner: ["left out", { owner: "erin" }],
    },
  )
  changesShow<Webhook>(
    "webhook",
    { source: "github", secret: "s" },
    (webhook) => inSet({ ...sample.organization, webhooks: [webhook] }),
    {
      source: [{ source: "gitlab" }],
      secret: { hidden: "never shown" },
    },
  )

  it("schedules", () => {
    const schedules: ReadonlyArray<Schedule> = [
      { every: 1 },
      { every: 2 },
      { cron: "0 9 * * *" },
      { cron: "0 8 * * *" },
    ]
    distinct(schedules.map((schedule) => withMember({ ...sample.member, schedule })))
  })

  it("executors, but for their secrets", () => {
    const configs: ReadonlyArray<ExecutorConfig> = [
      { kind: "ai" },
      { kind: "ai", model: "a" },
      { kind: "ai", model: "b" },
      { kind: "ai", max_tokens: 1 },
      { kind: "ai", max_tokens: 2 },
      { kind: "ai", env: { KEY: "hush-1" } },
      { kind: "ai", api_key: "hush-2" },
      { kind: "ai", headers: { Authorization: ["hush-3"] } },
    ]
    const texts = configs.map((executor) => withMember({ ...sample.member, executor }))
    distinct(texts)
    expect(texts.join("\n")).not.toContain("hush")
  })

  it("no webhook's secret", () => {
    const text = inSet({ ...sample.organization, webhooks: [{ source: "github", secret: "hush" }] })
    expect(text).toContain("github")
    expect(text).not.toContain("hush")
  })
})

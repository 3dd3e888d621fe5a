/** A document of a `*.test.yaml` file → contract tests in normal form. */
import { VERDICTS } from "../domain/decision.ts"
import { PROPOSAL_STATES } from "../domain/proposal.ts"
import type { ContractTests, Expectation, TestCase, TestEvent, TestStep } from "../domain/contractTests.ts"
import { readOrganizationName } from "./contractDocument.ts"
import type { Findings } from "./findings.ts"
import {
  choice,
  compact,
  duration,
  eventPattern,
  eventType,
  expected,
  fields,
  flag,
  instant,
  json,
  list,
  number,
  optionalText,
  text,
} from "./read.ts"
import { CaseMap, ContractTestsDocument, EventMap, ExpectMap, StandingMap, STEPS } from "./schemas/contractTests.ts"
import { readMembers } from "./organizationDocument.ts"
import { memberNameOf } from "./selectors.ts"
import { didYouMean, nearest } from "./suggest.ts"
import type { Node } from "./tree.ts"

export const readContractTests = (findings: Findings, node: Node): ContractTests => {
  const { get } = fields(findings, node, ContractTestsDocument, "a document of contract tests")
  const members = get("members")
  const cases = get("cases")
  if (cases?.kind === "list" && cases.items.length === 0)
    findings.error(cases, "empty-list", '"cases" is an empty list.')
  return compact<ContractTests>({
    organization: readOrganizationName(findings, get("organization"), "the organization"),
    file: findings.file,
    members: members && readMembers(findings, members),
    at: instant(findings, get("at"), '"at"'),
    cases: list(findings, cases, '"cases"').map((item) => readCase(findings, item)),
    position: findings.position(node.start),
  })
}

const readCase = (findings: Findings, node: Node): TestCase => {
  const { get } = fields(findings, node, CaseMap, "a case")
  const members = get("members")
  const expectation = get("expect")
  const steps = (key: string): ReadonlyArray<TestStep> =>
    list(findings, get(key), `"${key}"`).flatMap((item) => readStep(findings, item) ?? [])
  return compact<TestCase>({
    name: text(findings, get("name"), "the name of a case"),
    position: findings.position(node.start),
    members: members && readMembers(findings, members),
    at: instant(findings, get("at"), '"at"'),
    given: steps("given"),
    event: readEvent(findings, get("event")),
    expect: expectation && readExpectation(findings, expectation),
    then: steps("then"),
  })
}

const readEvent = (findings: Findings, node: Node | undefined): TestEvent => {
  if (node === undefined) return { type: "" }
  const { get } = fields(findings, node, EventMap, "an event")
  const actor = optionalText(findings, get("actor"), "the actor")
  const data = get("data")
  return compact<TestEvent>({
    type: eventType(findings, get("type"), "the event's type"),
    actor: actor?.replace(/^@(?=[^/]*$)/, ""),
    subject: optionalText(findings, get("subject"), "the subject"),
    source: optionalText(findings, get("source"), "the source"),
    id: optionalText(findings, get("id"), "the id"),
    correlation: optionalText(findings, get("correlation"), "the correlation"),
    data: data && json(findings, data),
  })
}

const KINDS = Object.keys(STEPS) as ReadonlyArray<TestStep["kind"]>

const readStep = (findings: Findings, node: Node): TestStep | undefined => {
  if (node.kind !== "map") {
    expected(findings, node, `a step is a map with one of ${KINDS.join(", ")}`)
    return undefined
  }
  const keys = node.entries.map(({ key }) => key)
  const kind =
    KINDS.find((one) => keys.includes(one)) ?? KINDS.find((one) => keys.some((key) => nearest(key, KINDS) === one))
  if (kind === undefined) {
    findings.error(node, "unknown-step", `A step is one of ${KINDS.slice(0, -1).join(", ")} and ${KINDS.at(-1)}.`)
    return undefined
  }
  const { get } = fields(findings, node, STEPS[kind], `a step "${kind}"`)
  const expectation = get("expect")
  const common = compact<Pick<TestStep, "expect" | "position">>({
    expect: expectation && readExpectation(findings, expectation),
    position: findings.position(node.start),
  })
  switch (kind) {
    case "event":
      return {
        kind,
        event: readEvent(findings, get("event")),
        repeat: number(findings, get("repeat"), '"repeat"', { least: 1, most: MAX_REPEATS, whole: true }) ?? 1,
        ...common,
      }
    case "vote": {
      const standing = get("standing")
      return {
        kind,
        choice: voteOf(findings, get("vote")),
        by: memberNameOf(findings, get("by"), '"by"'),
        ...compact<Pick<TestStep & { kind: "vote" }, "in" | "standing">>({
          in: optionalText(findings, get("in"), '"in"'),
          standing: standing && readStanding(findings, standing),
        }),
        ...common,
      }
    }
    case "cancel":
      if (flag(findings, get("cancel"), '"cancel"') === false)
        findings.error(get("cancel")!, "unknown-value", '"cancel" is true.', "Leave the step out.")
      return { kind, by: memberNameOf(findings, get("by"), '"by"'), ...common }
    case "delegate": {
      const on = get("on")
      return {
        kind,
        to: memberNameOf(findings, get("delegate"), '"delegate"'),
        by: memberNameOf(findings, get("by"), '"by"'),
        on: on === undefined ? "**" : eventPattern(findings, on, '"on"'),
        within: duration(findings, get("within"), '"within"') ?? DAY_MS,
        ...common,
      }
    }
    case "revoke":
      return {
        kind,
        what: readRevoked(findings, get("revoke")),
        by: memberNameOf(findings, get("by"), '"by"'),
        ...common,
      }
    case "after":
      return { kind, after: duration(findings, get("after"), '"after"') ?? 1, ...common }
  }
}

/** Of one step. */
const MAX_REPEATS = 100_000

const DAY_MS = 86_400_000

const readStanding = (findings: Findings, node: Node): { readonly within: number; readonly max: number } => {
  const { get } = fields(findings, node, StandingMap, '"standing"')
  return {
    within: duration(findings, get("within"), '"within"') ?? 1,
    max: number(findings, get("max"), '"max"', { least: 1, whole: true }) ?? 1,
  }
}

/** `true`, of what is delegated, or `standing`. */
const readRevoked = (findings: Findings, node: Node | undefined): Extract<TestStep, { kind: "revoke" }>["what"] => {
  const value = node?.kind === "scalar" ? node.value : undefined
  if (value === "standing") return value
  if (node !== undefined && value !== true)
    expected(findings, node, '"revoke" is true or standing', didYouMean(String(value), ["true", "standing"]))
  return "delegation"
}

const readExpectation = (findings: Findings, node: Node): Expectation => {
  const { get } = fields(findings, node, ExpectMap, '"expect"')
  const texts = (key: string): ReadonlyArray<string> | undefined => {
    const found = get(key)
    return found && list(findings, found, `"${key}"`).map((item) => text(findings, item, `each of "${key}"`))
  }
  return compact<Expectation>({
    verdict: choice(findings, get("verdict"), VERDICTS, "the verdict"),
    contracts: texts("contracts"),
    tasks: texts("tasks")?.map((name) => name.replace(/^@/, "")),
    emits: texts("emits"),
    reason: optionalText(findings, get("reason"), '"reason"'),
    error: flag(findings, get("error"), '"error"'),
    state: choice(findings, get("state"), PROPOSAL_STATES, "the state"),
    winner: optionalText(findings, get("winner"), '"winner"')?.replace(/^@/, ""),
  })
}

const CHOICES = ["approve", "deny", "abstain"]

/** Any text may be an option of a plurality; one that is nearly a usual choice is more likely a slip. */
const voteOf = (findings: Findings, node: Node | undefined): string => {
  const vote = text(findings, node, "a vote")
  const meant = CHOICES.includes(vote) ? undefined : didYouMean(vote, CHOICES)
  if (meant !== undefined && node !== undefined)
    findings.warning(
      node,
      "unknown-choice",
      `${JSON.stringify(vote)} is a vote only where it is an option of a plurality.`,
      meant,
    )
  return vote
}

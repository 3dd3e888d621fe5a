/**
 * Scripts: what a `scripted` executor plays. A script is a YAML or JSON file with a list of steps, played in order.
 *
 * ```yaml
 * # scripts/reviewer.yaml
 * - progress: Reading ${{ task.event.subject }}         # a text that is shown
 * - wait: 200ms                                         # a duration
 * - usage: { tokens: 1200, usd: 0.02, turns: 1 }        # amounts spent
 * - event: { type: review.noted, subject: "${{ task.event.subject }}", data: { lines: 12 } }
 * - checkpoint: { read: 12 }                            # where it is: the next attempt gets it as task.checkpoint
 * - when: security                                      # only where the message contains this text
 *   fail: { error: Not my field., retry: false }        # ends the run; `fail: TEXT` may be tried again
 * - result: { outcome: approved }                       # ends the run: any data
 * ```
 *
 * Each step has exactly one of `progress`, `wait`, `usage`, `event`, `checkpoint`, `result` and `fail`, and may have
 * `when`, whose text is compared as it stands, upper and lower case alike. `${{ path }}` names a part of what the run is told
 * (`taskInput.ts`): a text that is one path and nothing else takes the value as it is, else what is missing is empty. A
 * script that ends without `result` or `fail` succeeds with null.
 */
import { Schema } from "effect"
import { type Diagnostic, hasErrors } from "../domain/diagnostic.ts"
import { Findings } from "../language/findings.ts"
import { checkInterpolation, refuseInterpolation } from "../language/interpolation.ts"
import {
  duration,
  eventType,
  expected,
  fields,
  flag,
  json,
  list,
  number,
  optionalText,
  text,
} from "../language/read.ts"
import { isEmpty, type Node } from "../language/tree.ts"
import { readYaml } from "../language/yaml.ts"
import type { TaskInput } from "./taskInput.ts"

export type Step = Action & {
  /** The message has to contain this, in lower case. */
  readonly when?: string
}

/** Texts and data may hold `${{ path }}`. */
export type Action =
  | { readonly kind: "progress"; readonly text: string }
  /** Milliseconds. */
  | { readonly kind: "wait"; readonly duration: number }
  | { readonly kind: "usage"; readonly tokens?: number; readonly usd?: number; readonly turns?: number }
  | { readonly kind: "event"; readonly type: string; readonly subject?: string; readonly data?: unknown }
  | { readonly kind: "checkpoint"; readonly data: unknown }
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "fail"; readonly error: string; readonly retry: boolean }

export const MAX_STEPS = 1_000

/** `file` is what diagnostics call it. With an error among the diagnostics the steps are not to be played. */
export const readScript = (
  file: string,
  content: string,
): { readonly steps: ReadonlyArray<Step>; readonly diagnostics: ReadonlyArray<Diagnostic> } => {
  const findings = new Findings(file, content)
  const [first, second] = readYaml(findings, content).documents
  if (second !== undefined)
    findings.error(second.tree, "one-document", "A script is one document.", "Leave out the `---`.")
  if (first === undefined && !hasErrors(findings.diagnostics))
    findings.error({ start: 0, end: 0 }, "empty-script", "A script is a list of steps; this file says nothing.")
  const items = list(findings, first?.tree, "a script")
  if (items.length > MAX_STEPS)
    findings.error(items[MAX_STEPS]!, "too-many-steps", `A script has at most ${MAX_STEPS} steps.`)
  const steps = items.slice(0, MAX_STEPS).map((item) => readStep(findings, item))
  return { steps: steps.filter((step) => step !== undefined), diagnostics: findings.diagnostics }
}

const StepFields = Schema.Struct({
  when: Schema.optionalKey(Schema.String),
  progress: Schema.optionalKey(Schema.String),
  wait: Schema.optionalKey(Schema.String),
  usage: Schema.optionalKey(Schema.Unknown),
  event: Schema.optionalKey(Schema.Unknown),
  checkpoint: Schema.optionalKey(Schema.Unknown),
  result: Schema.optionalKey(Schema.Unknown),
  fail: Schema.optionalKey(Schema.Unknown),
})
const UsageFields = Schema.Struct({
  tokens: Schema.optionalKey(Schema.Finite),
  usd: Schema.optionalKey(Schema.Finite),
  turns: Schema.optionalKey(Schema.Finite),
})
const EventFields = Schema.Struct({
  type: Schema.String,
  subject: Schema.optionalKey(Schema.String),
  data: Schema.optionalKey(Schema.Unknown),
})
const FailFields = Schema.Struct({ error: Schema.String, retry: Schema.optionalKey(Schema.Boolean) })

const ACTIONS = ["progress", "wait", "usage", "event", "checkpoint", "result", "fail"] as const
const ROOTS: ReadonlyArray<keyof TaskInput> = ["run", "task", "message", "systemPrompt", "tools", "limits", "daemon"]

const readStep = (findings: Findings, node: Node): Step | undefined => {
  const step = fields(findings, node, StepFields, "a step")
  const actions = ACTIONS.filter((action) => step.get(action) !== undefined)
  const [action] = actions
  if (action === undefined || actions.length > 1) {
    if (node.kind === "map" && !node.entries.some(({ value }) => isEmpty(value)))
      findings.error(node, "one-action", `A step has exactly one of ${ACTIONS.join(", ")}.`)
    return undefined
  }
  const when = optionalText(findings, step.get("when"), "`when`")
  refuseInterpolation(findings, step.get("when"), "`when` is compared with the message as it stands.")
  const value = step.get(action)!
  checkInterpolation(findings, value, ROOTS)
  return { ...readAction(findings, action, value), ...(when === undefined ? {} : { when: when.toLowerCase() }) }
}

const readAction = (findings: Findings, action: (typeof ACTIONS)[number], node: Node): Action => {
  switch (action) {
    case "progress":
      return { kind: "progress", text: text(findings, node, "`progress`") }
    case "wait":
      return { kind: "wait", duration: duration(findings, node, "`wait`") ?? 0 }
    case "usage":
      return readUsage(findings, node)
    case "event": {
      const event = fields(findings, node, EventFields, "an event")
      const subject = optionalText(findings, event.get("subject"), "the subject")
      const data = event.get("data")
      return {
        kind: "event",
        type: eventType(findings, event.get("type"), "the type"),
        ...(subject === undefined ? {} : { subject }),
        ...(data === undefined ? {} : { data: json(findings, data) }),
      }
    }
    case "checkpoint":
      return { kind: "checkpoint", data: json(findings, node) }
    case "result":
      return { kind: "result", result: json(findings, node) }
    case "fail":
      return readFail(findings, node)
  }
}

const readUsage = (findings: Findings, node: Node): Action => {
  const usage = fields(findings, node, UsageFields, "usage")
  const amounts: { tokens?: number; usd?: number; turns?: number } = {}
  for (const key of ["tokens", "usd", "turns"] as const) {
    const amount = number(findings, usage.get(key), `\`${key}\``, { least: 0 })
    if (amount !== undefined) amounts[key] = amount
  }
  if (node.kind === "map" && node.entries.length === 0) expected(findings, node, "usage names tokens, usd or turns")
  return { kind: "usage", ...amounts }
}

const readFail = (findings: Findings, node: Node): Action => {
  if (node.kind !== "map") return { kind: "fail", error: text(findings, node, "`fail`"), retry: true }
  const fail = fields(findings, node, FailFields, "a failure")
  return {
    kind: "fail",
    error: text(findings, fail.get("error"), "the error"),
    retry: flag(findings, fail.get("retry"), "`retry`") ?? true,
  }
}

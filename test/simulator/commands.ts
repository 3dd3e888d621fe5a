/** What a step means in the state that it meets. */
import { CHANGE_RULES } from "../../src/domain/change.ts"
import type { Actor } from "../../src/domain/event.ts"
import type { Command } from "../../src/kernel/command.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { OPEN_PROPOSAL } from "../../src/kernel/motions.ts"
import type { OpenProposal, OpenTask, OrganizationState } from "../../src/kernel/state.ts"
import type { Step, Work } from "./steps.ts"
import { ORGANIZATIONS } from "./world.ts"

type Acting = Exclude<Step, { kind: "pass" | "revise" | "crash" | "snapshot" }>

const LEASE_MS = 10 * 60_000
const RETRIES = 2
const HOUR_MS = 3_600_000

/** Undefined where there is nothing to do it to. */
export const commandOf = (
  step: Acting,
  state: OrganizationState,
  now: number,
  nextId: () => string,
  actor: (name: string) => Actor,
): Command | undefined => {
  const publish = (type: string, by: { readonly org: string; readonly actor: string }, data: unknown): Command => ({
    kind: "publish",
    event: { id: nextId(), source: "s", type, org: by.org, actor: actor(by.actor), subject: "it", data },
  })
  switch (step.kind) {
    case "publish":
      return publish(step.type, step, dataOf(step.type, step.data))
    case "vote": {
      const proposal = pick(state.proposals, step.which)
      if (proposal === undefined) return undefined
      return {
        kind: "vote",
        proposal,
        by: actor(step.by),
        choice: chosen(state.proposals.get(proposal)!, step),
        ...(step.standing ? { standing: { until: new Date(now + 3 * HOUR_MS).toISOString(), max: 2 } } : undefined),
      }
    }
    case "cancel": {
      const target = pick(state.holds, step.which)
      return target === undefined ? undefined : { kind: "cancel", target, by: actor(step.by) }
    }
    case "delegate":
      return {
        kind: "delegate",
        by: actor(step.by),
        to: step.to,
        on: step.on,
        expires: new Date(now + step.ms).toISOString(),
      }
    case "revoke": {
      const given = new Map<string, unknown>([...state.delegations, ...state.standing])
      const id = pick(given, step.which)
      const kind = state.delegations.has(id ?? "") ? "revokeDelegation" : "revokeStanding"
      return id === undefined ? undefined : { kind, id, by: actor(step.by) }
    }
    case "work": {
      const fit = [...state.tasks.values()].filter((open) => fits(step.does, open))
      const open = fit.at(step.which % Math.max(1, fit.length))
      return open === undefined ? undefined : work(step.does, open, actor)
    }
    case "motion":
      return publish(OPEN_PROPOSAL, step, step.data)
    case "agent": {
      const { does, which } = step
      const by = actor(step.by)
      const concerned = whomItConcerns(state, does)
      const agent = concerned.at(which % Math.max(1, concerned.length)) ?? step.agent
      if (does === "stop" || does === "start") return { kind: `${does}Agent`, agent, by }
      return { kind: "interrupt", agent, by, again: does === "interrupt and give again" }
    }
    case "change": {
      const { org } = step
      const deciding = step.elsewhere ? [org, ...ORGANIZATIONS.filter((one) => one !== org).slice(0, 1)] : [org]
      return publish(CHANGE_RULES, step, { change: `change-${nextId()}`, deciding, files: [], summary: "" })
    }
    case "end a change": {
      const id = pick(state.changes, step.which)
      const open = id === undefined ? undefined : state.changes.get(id)!
      if (open === undefined || open.state === "waiting") return undefined
      const ending = { change: open.change, files: [], summary: "", requester: "" }
      return {
        kind: "report",
        actor: daemonActor(),
        ...(open.state === "allowed"
          ? { type: "contract.changed", data: { ...ending, revision: "r" } }
          : { type: "contract.change.failed", data: { ...ending, code: "refused", reason: open.reason } }),
      }
    }
    case "accept": {
      const target = pick(state.holds, step.which)
      return target === undefined ? undefined : { kind: "accept", target, by: actor("operator") }
    }
  }
}

/** From the end where `which` is negative: what is new is looked at, too. */
const pick = (map: ReadonlyMap<string, unknown>, which: number): string | undefined =>
  [...map.keys()].at(which % Math.max(1, map.size))

/** Nearly always what can be chosen. */
const chosen = ({ proposal }: OpenProposal, { choice, which }: Extract<Step, { kind: "vote" }>): string => {
  const { resolution } = proposal
  if (choice !== "for it") return choice
  return resolution.kind === "plurality" ? resolution.options.at(which % resolution.options.length)! : "approve"
}

/** Most of what does not fit would only be refused; a stale run and a cancellation come at any time. */
const fits = (does: Work, { state, task }: OpenTask): boolean => {
  switch (does) {
    case "lease":
      return state === "queued" && task.human !== true
    case "progress":
    case "checkpoint":
    case "usage":
    case "succeed":
    case "fail":
    case "give up":
      return state === "running"
    case "do it by hand":
    case "fail by hand":
    case "give it up by hand":
    case "say how far it is":
      return task.human === true
    default:
      return true
  }
}

const whomItConcerns = (
  { agents, tasks }: OrganizationState,
  does: Extract<Step, { kind: "agent" }>["does"],
): ReadonlyArray<string> => {
  if (does === "stop") return []
  if (does === "start") return [...agents].flatMap(([name, { stopped }]) => (stopped === undefined ? [] : [name]))
  return [...tasks.values()].flatMap(({ state, task }) => (state === "running" ? [task.member] : []))
}

/** The daemon's own requests have data of their own. */
const dataOf = (type: string, data: Readonly<Record<string, unknown>>): unknown => {
  if (type === "message.send.requested")
    return { channel: "general", text: `for @coder and @dana: ${String(data["risk"])}` }
  if (type === "document.write.requested") return { name: "notes", text: JSON.stringify(data) }
  const { kilobytes, ...rest } = data
  return kilobytes === undefined ? data : { ...rest, bulk: "x".repeat(1_024 * Number(kilobytes)) }
}

const work = (does: Work, { task, run = "r-none" }: OpenTask, actor: (name: string) => Actor): Command => {
  const { id, member } = task
  const finish = (outcome: Extract<Command, { kind: "finish" }>["outcome"], which = run): Command => ({
    kind: "finish",
    task: id,
    run: which,
    outcome,
    retries: RETRIES,
  })
  const byHand = (says: Extract<Command, { kind: "byHand" }>["says"]): Command => ({
    kind: "byHand",
    task: id,
    by: actor(member),
    says,
  })
  switch (does) {
    case "lease":
      return { kind: "lease", task: id, worker: "w", leaseMs: LEASE_MS, executor: "scripted", by: actor(member) }
    case "progress":
      return { kind: "progress", task: id, run, text: "on it", leaseMs: LEASE_MS }
    case "usage":
      return { kind: "usage", run, usd: 0.5, tokens: 20, turns: 1 }
    case "succeed":
      return finish({ success: true, result: { done: true } })
    case "fail":
      return finish({ success: false, error: "not yet", retry: true })
    case "give up":
      return finish({ success: false, error: "never", retry: false })
    case "cancel":
      return { kind: "cancelTask", task: id, by: actor("operator"), reason: "not wanted" }
    case "finish a stale run":
      return finish({ success: true, result: "late" }, `${run}.gone`)
    case "checkpoint":
      return { kind: "checkpoint", task: id, run, data: { read: 3 }, leaseMs: LEASE_MS }
    case "do it by hand":
      return byHand({ kind: "completed", result: "done" })
    case "fail by hand":
      return byHand({ kind: "failed", error: "not yet", again: true })
    case "give it up by hand":
      return byHand({ kind: "failed", error: "never", again: false })
    case "say how far it is":
      return byHand({ kind: "progress", text: "half" })
  }
}

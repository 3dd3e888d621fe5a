/** What happens in a life, step by step, chosen beforehand: a step means the same again when others are left out. */
import type { Random } from "../../bench/workload/random.ts"
import { GATED, HUMANS, ORGANIZATIONS } from "./world.ts"

export type Work =
  | "lease"
  | "progress"
  | "checkpoint"
  | "usage"
  | "succeed"
  | "fail"
  | "give up"
  | "cancel"
  | "finish a stale run"
  | "do it by hand"
  | "fail by hand"
  | "give it up by hand"
  | "say how far it is"

export type MotionData = Readonly<Record<string, unknown>>

export type Step =
  | {
      readonly kind: "publish"
      readonly org: string
      readonly type: string
      readonly actor: string
      readonly data: Readonly<Record<string, unknown>>
    }
  /** `which`: the so manieth of what is open, counted round, or from the end. */
  | {
      readonly kind: "vote"
      readonly org: string
      readonly which: number
      readonly by: string
      readonly choice: string
      readonly standing: boolean
    }
  | { readonly kind: "cancel"; readonly org: string; readonly which: number; readonly by: string }
  | {
      readonly kind: "delegate"
      readonly org: string
      readonly by: string
      readonly to: string
      readonly on: string
      readonly ms: number
    }
  | { readonly kind: "revoke"; readonly org: string; readonly which: number; readonly by: string }
  | {
      readonly kind: "work"
      readonly org: string
      readonly which: number
      readonly does: Work
    }
  /** A member asks the others, by no contract. */
  | { readonly kind: "motion"; readonly org: string; readonly actor: string; readonly data: MotionData }
  | {
      readonly kind: "agent"
      readonly org: string
      readonly agent: string
      readonly which: number
      readonly does: "stop" | "start" | "interrupt" | "interrupt and give again"
      readonly by: string
    }
  /** Of the rules; `elsewhere`: another organization decides on it, too. */
  | { readonly kind: "change"; readonly org: string; readonly actor: string; readonly elsewhere: boolean }
  /** As the daemon does it that carries changes out. */
  | { readonly kind: "end a change"; readonly org: string; readonly which: number }
  | { readonly kind: "accept"; readonly org: string; readonly which: number }
  /** `awake`: from timer to timer; else it comes back after all of them. */
  | { readonly kind: "pass"; readonly ms: number; readonly awake: boolean }
  /** Another set of contracts and organizations. */
  | { readonly kind: "revise"; readonly which: number }
  /** The state is lost, and with it the next commit where `unwritten`; made again from the newest snapshot, or from all of the log. */
  | { readonly kind: "crash"; readonly org: string; readonly unwritten: boolean; readonly from: "log" | "snapshot" }
  | { readonly kind: "snapshot"; readonly org: string }

const AGENTS = ["coder", "reviewer", "tester", "desk"]
const ACTORS = [...HUMANS, ...AGENTS, "somebody"]
const MINUTE_MS = 60_000

export const makeSteps = (random: Random, count: number): ReadonlyArray<Step> =>
  Array.from({ length: count }, () => makeStep(random))

const makeStep = (random: Random): Step => {
  const org = random.pick(ORGANIZATIONS)
  const which = random.below(24) - 12
  const at = random.next()
  if (at < 0.3)
    return {
      kind: "publish",
      org,
      type:
        random.next() < 0.06 ? random.pick(["message.send.requested", "document.write.requested"]) : random.pick(GATED),
      actor: random.pick(ACTORS),
      data: {
        ...(random.next() < 0.9 ? { risk: random.below(10) } : undefined),
        ...(random.next() < 0.8 ? { env: random.pick(["production", "stage"]) } : undefined),
        ...(random.next() < 0.7 ? { size: random.below(4) } : undefined),
        ...(random.next() < 0.04 ? { kilobytes: 110 + 40 * random.below(4) } : undefined),
      },
    }
  if (at < 0.55)
    return {
      kind: "vote",
      org,
      which,
      by: random.pick([...HUMANS, ...HUMANS, "coder", "operator"]),
      choice: random.pick(["approve", "deny", "abstain", "red", ...Array.from({ length: 6 }, () => "for it")]),
      standing: random.next() < 0.1,
    }
  if (at < 0.57) return { kind: "cancel", org, which, by: random.pick([...HUMANS, "operator"]) }
  if (at < 0.6)
    return {
      kind: "delegate",
      org,
      by: random.pick(HUMANS),
      to: random.pick(HUMANS),
      on: random.pick(["**", "deploy.*", "note.requested"]),
      ms: random.below(240) * MINUTE_MS,
    }
  if (at < 0.61) return { kind: "revoke", org, which, by: random.pick([...HUMANS, "operator"]) }
  if (at < 0.84)
    return {
      kind: "work",
      org,
      which,
      does: random.pick([
        "lease",
        "lease",
        "lease",
        "progress",
        "usage",
        "succeed",
        "succeed",
        "succeed",
        "fail",
        "give up",
        "cancel",
        "finish a stale run",
        "checkpoint",
        "do it by hand",
        "do it by hand",
        "fail by hand",
        "give it up by hand",
        "say how far it is",
      ]),
    }
  if (at < 0.87) return { kind: "motion", org, actor: random.pick(ACTORS), data: makeMotion(random) }
  if (at < 0.88)
    return {
      kind: "agent",
      org,
      agent: random.pick(AGENTS),
      which,
      does: random.pick(["stop", "start", "start", "interrupt", "interrupt and give again"]),
      by: random.pick([...HUMANS, "operator"]),
    }
  if (at < 0.887)
    return { kind: "change", org, actor: random.pick([...ACTORS, "operator"]), elsewhere: random.next() < 0.3 }
  if (at < 0.893) return { kind: "end a change", org, which }
  if (at < 0.895) return { kind: "accept", org, which }
  if (at < 0.95)
    return {
      kind: "pass",
      ms: random.next() < 0.5 ? random.below(5_000) : random.below(90) * MINUTE_MS,
      awake: random.next() < 0.8,
    }
  if (at < 0.955) return { kind: "revise", which }
  if (at < 0.975) return { kind: "snapshot", org }
  return { kind: "crash", org, unwritten: random.next() < 0.5, from: random.pick(["log", "snapshot"]) }
}

/** Some of them cannot be: they bind though too few are asked, or choose who is no member. */
const makeMotion = (random: Random): MotionData => {
  const kind = random.pick(["decision", "election", "approval", "assignment"])
  const ofMembers = kind === "election" || kind === "assignment"
  const candidates = ofMembers ? [...HUMANS, ...AGENTS] : ["red", "green", "blue"]
  const options = random.sample(candidates, 1 + random.below(3))
  const among = ofMembers || (kind === "decision" && options.length > 1 && random.next() < 0.5)
  const sometimes = (share: number, keys: MotionData): MotionData => (random.next() < share ? keys : {})
  return {
    kind,
    question: random.pick(["Do we?", "Who does it"]),
    within: `${1 + random.below(90)}m`,
    ...(among ? { options } : undefined),
    ...(among && options.length > 1 ? sometimes(0.5, { tieBreak: options[0] }) : undefined),
    ...(kind === "election" ? sometimes(0.6, { document: random.pick(["notes", "plans"]) }) : undefined),
    ...(kind === "assignment" ? sometimes(0.5, { goal: "Do it" }) : undefined),
    ...(kind === "decision" && !among
      ? sometimes(0.4, { resolution: random.pick(["majority", "unanimous", "supermajority"]) })
      : undefined),
    ...sometimes(0.5, { binding: true }),
    ...sometimes(0.2, { self: true }),
    ...sometimes(0.1, { delay: "10m" }),
    ...sometimes(0.1, { from: ["role:lead"] }),
    ...sometimes(0.1, { veto: ["erin"] }),
  }
}

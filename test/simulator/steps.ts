/** What happens in a life, step by step, chosen beforehand: a step means the same again when others are left out. */
import type { Random } from "../../bench/workload/random.ts"
import { GATED, ORGANIZATIONS } from "./world.ts"

export type Step =
  | {
      readonly kind: "publish"
      readonly org: string
      readonly type: string
      readonly actor: string
      readonly data: Readonly<Record<string, unknown>>
    }
  /** `which`: the so manieth of what is open, counted round. */
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
      readonly does: "lease" | "progress" | "usage" | "succeed" | "fail" | "give up" | "cancel" | "finish a stale run"
    }
  /** `awake`: from timer to timer; else it comes back after all of them. */
  | { readonly kind: "pass"; readonly ms: number; readonly awake: boolean }
  /** Another set of contracts and organizations. */
  | { readonly kind: "revise"; readonly which: number }
  /** The state is lost, and with it the next commit where `unwritten`; made again from the newest snapshot, or from all of the log. */
  | { readonly kind: "crash"; readonly org: string; readonly unwritten: boolean; readonly from: "log" | "snapshot" }
  | { readonly kind: "snapshot"; readonly org: string }

const HUMANS = ["dana", "erin", "fred", "gina"]
const ACTORS = [...HUMANS, "coder", "reviewer", "tester", "somebody"]
const MINUTE_MS = 60_000

export const makeSteps = (random: Random, count: number): ReadonlyArray<Step> =>
  Array.from({ length: count }, () => makeStep(random))

const makeStep = (random: Random): Step => {
  const org = random.pick(ORGANIZATIONS)
  const which = random.below(12)
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
      },
    }
  if (at < 0.55)
    return {
      kind: "vote",
      org,
      which,
      by: random.pick([...HUMANS, ...HUMANS, "coder", "operator"]),
      choice: random.pick(["approve", "approve", "approve", "deny", "abstain", "red", "green"]),
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
  if (at < 0.85)
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
      ]),
    }
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

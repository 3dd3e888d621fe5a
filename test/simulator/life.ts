/** One life of a daemon: its organizations play the steps, and everything that must hold is looked at. */
import { Effect } from "effect"
import { makeRandom } from "../../bench/workload/random.ts"
import type { LogRecord } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Command } from "../../src/kernel/command.ts"
import type { Definitions } from "../../src/kernel/definitions.ts"
import { EventLog } from "../../src/log/EventLog.ts"
import { layerMemory } from "../../src/log/memory/layer.ts"
import { Projections } from "../../src/log/Projections.ts"
import { memberActor, operatorActor } from "../../src/supervision/actors.ts"
import { allOf } from "../../src/testing/inspect.ts"
import { checkInvariants } from "../../src/testing/invariants/checkInvariants.ts"
import type { Evidence } from "../../src/testing/invariants/evidence.ts"
import { commandOf } from "./commands.ts"
import { Model } from "./model.ts"
import { SimulatedOrganization } from "./organization.ts"
import type { Step } from "./steps.ts"
import { makeWorlds, ORGANIZATIONS, type World } from "./world.ts"

export interface Life {
  /** From which the contracts and organizations are made. */
  readonly seed: number
  readonly steps: ReadonlyArray<Step>
  /** Contracts that are left out, by name. */
  readonly without: ReadonlySet<string>
}

export interface Lived {
  /** What must not be; empty where all is well. */
  readonly broken: ReadonlyArray<string>
  /** Steps that were played: to the end, to what is broken, or to where the rules have fed themselves too much. */
  readonly at: number
  readonly records: ReadonlyArray<LogRecord>
  readonly worlds: ReadonlyArray<World>
  /** Verdicts that the model had an opinion of. */
  readonly compared: number
  readonly refused: number
}

const REVISIONS = 3
/** Steps between two looks at whether the live state is the fold of the log. */
const CHECK_EVERY_STEPS = 500
/** Rules that feed themselves make ever more; a life ends there, and all of it is looked at. */
const MAX_RECORDS = 8_000
/** More than this many timers in a row are a circle. */
const MAX_TIMERS = 2_000
const START = Date.UTC(2026, 10, 2, 9)

export const live = (life: Life): Lived => {
  const worlds = makeWorlds(makeRandom(life.seed), REVISIONS, life.without)
  const byRevision = new Map(worlds.map((world) => [world.definitions.revision, world]))
  const revisions: ReadonlyMap<string, Definitions> = new Map(
    worlds.map(({ definitions }) => [definitions.revision, definitions]),
  )
  const broken: Array<string> = []
  const commits: Array<ReadonlyArray<LogRecord>> = []
  const acknowledged: Array<NonNullable<Evidence["acknowledged"]>[number]> = []
  const say = (what: string): void => void broken.push(what)
  let written = 0
  const grown = (): boolean => written > MAX_RECORDS
  const models = new Map(
    ORGANIZATIONS.map((org) => [org as string, new Model(byRevision, (what) => say(`${org}: ${what}`))]),
  )
  const organizations = new Map(
    ORGANIZATIONS.map((org) => [
      org as string,
      new SimulatedOrganization(
        org,
        revisions,
        (records) => {
          if (records.length > 0) commits.push(records)
          written += records.length
          for (const record of records) models.get(org)!.add(record)
        },
        (what) => say(`${org}: ${what}`),
      ),
    ]),
  )
  let now = START
  let world = worlds[0]!
  let ids = 0
  let refused = 0

  const execute = (organization: SimulatedOrganization, command: Command): void => {
    const answer = organization.execute(world.definitions, now, command)
    if (answer === undefined || isRefusal(answer)) refused++
    else if (command.kind === "publish") {
      const { event, decision } = answer
      acknowledged.push({ org: event!.org, id: event!.id, seq: event!.seq, verdict: decision?.verdict ?? "allow" })
    }
  }
  const pass = (ms: number, awake: boolean): void => {
    const until = now + ms
    for (let timers = 0; ; timers++) {
      if (grown()) return
      if (timers > MAX_TIMERS) return say(`it does not come to rest: something is due at ${now} again and again`)
      const next = Math.min(...[...organizations.values()].map(({ state }) => state.nextTimer))
      if (!awake || next > until) break
      now = Math.max(now, next)
      for (const one of organizations.values()) if (one.state.nextTimer <= now) execute(one, { kind: "tick" })
    }
    now = until
    for (const one of organizations.values()) {
      execute(one, { kind: "tick" })
      if (one.state.nextTimer <= now)
        say(`${one.org}: what is due at ${one.state.nextTimer} has not been done at ${now}`)
    }
  }
  const play = (step: Step): void => {
    switch (step.kind) {
      case "pass":
        return pass(step.ms, step.awake)
      case "revise":
        world = worlds.at(step.which % worlds.length)!
        return
    }
    const organization = organizations.get(step.org)!
    switch (step.kind) {
      case "snapshot":
        return organization.snapshot()
      case "crash":
        return step.unwritten ? organization.loseNext(step.from) : organization.restore(step.from)
      default: {
        const actor = (name: string) =>
          name === "operator" ? operatorActor : actorOf(world.definitions, step.org, name)
        const command = commandOf(step, organization.state, now, () => `e${++ids}`, actor)
        if (command !== undefined) execute(organization, command)
      }
    }
  }

  let at = 0
  try {
    for (; at < life.steps.length && broken.length === 0 && !grown(); at++) {
      play(life.steps[at]!)
      if ((at + 1) % CHECK_EVERY_STEPS === 0) for (const one of organizations.values()) one.check()
    }
    for (const one of organizations.values()) one.check()
    if (broken.length === 0) broken.push(...atTheEnd(commits, acknowledged))
  } catch (error) {
    say(`it throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  const compared = [...models.values()].reduce((sum, model) => sum + model.compared, 0)
  return { broken, at, records: commits.flat(), worlds, compared, refused }
}

const actorOf = (definitions: Definitions, org: string, name: string) => {
  const kind = definitions.view(org).members.get(name)?.kind
  return kind !== undefined
    ? memberActor(definitions, org, name, kind)
    : { name, kind: definitions.isHuman(name) ? ("human" as const) : ("external" as const), roles: [] }
}

/** The invariants, over the log and what the read models make of it. */
const atTheEnd = (
  commits: ReadonlyArray<ReadonlyArray<LogRecord>>,
  acknowledged: NonNullable<Evidence["acknowledged"]>,
): ReadonlyArray<string> =>
  Effect.gen(function* () {
    const log = yield* EventLog
    const projections = yield* Projections
    const epochs = new Map<string, number>()
    for (const org of ORGANIZATIONS) epochs.set(org, (yield* log.open(org)).epoch)
    for (const commit of commits) {
      const { org, seq } = commit[0]!.event
      yield* log.append(org, seq - 1, epochs.get(org)!, commit)
    }
    const before = yield* projections.digest
    const views = {
      holds: yield* allOf(projections.holds),
      proposals: yield* allOf(projections.proposals),
      tasks: yield* allOf(projections.tasks),
    }
    yield* projections.rebuild(() => {})
    const same = [{ what: "the read models before and after a rebuild", one: before, other: yield* projections.digest }]
    const records = commits
      .flat()
      .toSorted((a, b) => (a.event.org < b.event.org ? -1 : a.event.org > b.event.org ? 1 : a.event.seq - b.event.seq))
    return checkInvariants({ records, ...views, verify: yield* log.verify, acknowledged, same }).map(
      ({ invariant, what }) => `invariant ${invariant}: ${what}`,
    )
  }).pipe(Effect.provide(layerMemory), Effect.runSync)

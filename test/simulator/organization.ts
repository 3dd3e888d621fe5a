/** One organization of a simulated daemon: what its mailbox does, over a log in memory, without any of the machinery. */
import { type LogRecord, MAX_COMMIT_BYTES } from "../../src/domain/record.ts"
import { isRefusal } from "../../src/domain/refusal.ts"
import type { Answer, Command } from "../../src/kernel/command.ts"
import type { BuiltinData } from "../../src/domain/builtins.ts"
import { isRefusable, ROOMS } from "../../src/kernel/bounds.ts"
import type { Definitions } from "../../src/kernel/definitions.ts"
import { daemonActor } from "../../src/kernel/draft.ts"
import { evolve } from "../../src/kernel/evolve.ts"
import { decodeState, encodeState } from "../../src/kernel/snapshot.ts"
import { emptyState, type OrganizationState } from "../../src/kernel/state.ts"
import { nextTimer } from "../../src/kernel/timers.ts"
import { Turn } from "../../src/kernel/turn.ts"
import { adoptionEvents } from "../../src/supervision/adoptionEvents.ts"
import { commitBytes } from "../../src/log/commit.ts"

/** More turns than this before a command are a circle. */
const MAX_TURNS = 1_000

export class SimulatedOrganization {
  readonly org: string
  readonly records: Array<LogRecord> = []
  state: OrganizationState
  readonly #revisions: ReadonlyMap<string, Definitions>
  readonly #written: (records: ReadonlyArray<LogRecord>) => void
  readonly #say: (what: string) => void
  #definitions: Definitions | undefined
  #snapshot: string | undefined
  #unreviewed = true
  #unsettled = false
  /** A crash that comes after the next decision and before its commit. */
  #loses: "log" | "snapshot" | undefined

  /** `revisions` by name; `written` is told of each commit, `say` of what must not be. */
  constructor(
    org: string,
    revisions: ReadonlyMap<string, Definitions>,
    written: (records: ReadonlyArray<LogRecord>) => void,
    say: (what: string) => void,
  ) {
    this.org = org
    this.state = emptyState(org)
    this.#revisions = revisions
    this.#written = written
    this.#say = say
  }

  /** `undefined` where it needs more than one commit holds: then nothing has happened. */
  execute(current: Definitions, now: number, command: Command): Answer | undefined {
    for (let turns = 0; this.#prepare(current, now); turns++)
      if (turns > MAX_TURNS) {
        this.#say(`what is due at ${now} is never done`)
        return undefined
      }
    if (this.#loses === undefined) return this.#turn(now, command)
    const from = this.#loses
    this.#loses = undefined
    const losing = new Turn(this.state, this.#definitions!, now)
    losing.execute(command)
    const { records: lost } = losing
    this.restore(from)
    const before = this.records.length
    const answer = this.#turn(now, command)
    const again = this.records.slice(before)
    if (commitBytes(lost) <= MAX_COMMIT_BYTES && JSON.stringify(again) !== JSON.stringify(lost))
      this.#say(`${command.kind} was decided otherwise after a crash`)
    return answer
  }

  snapshot(): void {
    this.#snapshot = encodeState(this.state)
    if (encodeState(decodeState(this.#snapshot)) !== this.#snapshot)
      this.#say("a snapshot reads otherwise than it was written")
  }

  loseNext(from: "log" | "snapshot"): void {
    this.#loses = from
  }

  /** What is live is thrown away and made again. */
  restore(from: "log" | "snapshot"): void {
    const position = this.state.position
    const state =
      from === "snapshot" && this.#snapshot !== undefined ? decodeState(this.#snapshot) : emptyState(this.org)
    this.#foldOn(state)
    if (state.position > position) this.#say(`the log ends at ${state.position}, and ${position} was live`)
    this.state = state
    this.#unreviewed = true
    this.#definitions = state.revision === undefined ? undefined : this.#revisions.get(state.revision)
    this.#checkTimer("a start", state.time)
  }

  /** Says so where the live state is not the fold of the log, or sleeps too long. */
  check(): void {
    const folded = emptyState(this.org)
    this.#foldOn(folded)
    const [live, other] = [encodeState(this.state), encodeState(folded)]
    if (live !== other) this.#say(`the live state is not the fold of the log: ${difference(live, other)}`)
  }

  /** What is due, and another revision, in commits of their own; true where there may be more. */
  #prepare(current: Definitions, now: number, room = -1): boolean {
    const turn = new Turn(this.state, this.#definitions ?? current, now, ROOMS[room])
    const more = turn.catchUp(this.#unreviewed, this.#unsettled)
    const behind = more || (room >= 0 && turn.records.length > 0)
    this.#unreviewed &&= behind
    this.#unsettled &&= this.#unreviewed
    const adopts = !behind && this.state.revision !== current.revision
    if (adopts) {
      const [old, next] = [this.#definitions, current].map((set) => set?.organizations.get(this.org))
      const events = adoptionEvents(this.org, old, next).map((event) => ({ ...event, actor: daemonActor() }))
      turn.adopt(current, revisedTo(current), daemonActor(), events)
      this.#definitions = current
      this.#unreviewed = true
    }
    const bytes = commitBytes(turn.records)
    if (bytes > MAX_COMMIT_BYTES && room + 1 < ROOMS.length) {
      this.restore("snapshot")
      return this.#prepare(current, now, room + 1)
    }
    this.#commit(turn.records, bytes, now, "what is due")
    this.#settle(turn)
    return behind || adopts
  }

  #turn(now: number, command: Command, room = -1): Answer | undefined {
    const turn = new Turn(this.state, this.#definitions!, now, ROOMS[room])
    const answer = turn.execute(command)
    const { records } = turn
    const bytes = commitBytes(records)
    if (bytes > MAX_COMMIT_BYTES) {
      this.restore("snapshot")
      if (isRefusable(command)) return undefined
      if (room + 1 < ROOMS.length) return this.#turn(now, command, room + 1)
      this.#say(`${command.kind} is more than one commit holds`)
      return undefined
    }
    if (isRefusal(answer) && records.length > 0) this.#say(`${command.kind} was refused, and has written`)
    this.#commit(records, bytes, now, command.kind)
    this.#settle(turn)
    return answer
  }

  #settle({ unsettled }: Turn): void {
    this.#unreviewed ||= unsettled
    this.#unsettled ||= unsettled
  }

  #commit(records: ReadonlyArray<LogRecord>, bytes: number, now: number, what: string): void {
    const position = this.records.length
    const time = this.records.at(-1)?.event.time ?? ""
    records.forEach(({ event }, index) => {
      if (event.seq !== position + index + 1) this.#say(`number ${event.seq} stands at place ${position + index + 1}`)
      if (event.time < time) this.#say(`number ${event.seq} is of a time that had passed`)
    })
    if (bytes > MAX_COMMIT_BYTES) this.#say(`${what} is more than one commit holds`)
    this.records.push(...records)
    this.#written(records)
    this.#checkTimer(what, now)
  }

  /** Whoever sleeps until the next timer must not sleep through one. */
  #checkTimer(what: string, now: number): void {
    const due = nextTimer(this.state, Math.max(now, this.state.time))
    if (this.state.nextTimer > Math.max(due, now + 1))
      this.#say(`after ${what} something is due at ${due}, and it would sleep until ${this.state.nextTimer}`)
  }

  #foldOn(state: OrganizationState): void {
    let definitions = this.#revisions.get(state.revision ?? "") ?? this.#revisions.values().next().value!
    for (const record of this.records.slice(state.position)) {
      if (record.event.type === "contracts.revised")
        definitions = this.#revisions.get((record.event.data as BuiltinData["contracts.revised"]).revision)!
      evolve(state, definitions, record)
    }
  }
}

const revisedTo = ({ revision }: Definitions): BuiltinData["contracts.revised"] => ({
  revision,
  added: [],
  removed: [],
  changed: [],
  manifest: revision,
  summary: "",
})

const difference = (one: string, other: string): string => {
  let at = 0
  while (one[at] === other[at]) at++
  return `"${one.slice(Math.max(0, at - 60), at + 60)}" against "${other.slice(Math.max(0, at - 60), at + 60)}"`
}

/** Who has voted what, and whether that is enough: as a reader of the rules has it, and nothing of the kernel. */
import type { BuiltinData } from "../domain/builtins.ts"
import type { Event } from "../domain/event.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import type { Delegation, Proposal } from "../domain/proposal.ts"

/** Delegations of one organization, and who has left it: by the numbers of the records that say so. */
export class Delegations {
  readonly #given: Array<{ readonly delegation: Delegation; readonly from: number; until: number }> = []
  readonly #left = new Map<string, Array<{ readonly seq: number; readonly time: string; readonly there: boolean }>>()

  see(event: Event): void {
    switch (event.type as keyof BuiltinData) {
      case "delegation.created":
        this.#given.push({ delegation: event.data as Delegation, from: event.seq, until: Number.POSITIVE_INFINITY })
        return
      case "delegation.revoked":
      case "delegation.expired": {
        const { id } = event.data as BuiltinData["delegation.revoked"]
        for (const one of this.#given) if (one.delegation.id === id) one.until = event.seq
        return
      }
      case "member.joined":
      case "member.left": {
        const { member } = event.data as BuiltinData["member.left"]
        const there = event.type === "member.joined"
        this.#left.set(member, [...(this.#left.get(member) ?? []), { seq: event.seq, time: event.time, there }])
      }
    }
  }

  /**
   * The votes cast with those that electors had given away, as they counted at the record `seq`. There are two readings
   * where an elector of another organization may have left it, since no record here says when that was so, and where one
   * leaves at that very time.
   */
  readings(
    { electorate, org }: Proposal,
    type: string,
    cast: ReadonlyMap<string, string>,
    seq: number,
    time: string,
    left: ReadonlySet<string>,
  ): ReadonlyArray<ReadonlyMap<string, string>> {
    const elsewhere = new Set(electorate.flatMap((one) => (one.org !== undefined && one.org !== org ? [one.name] : [])))
    const whereabouts = (name: string) => this.#left.get(name) ?? []
    const isGoneBefore = (name: string): boolean => whereabouts(name).findLast((one) => one.seq < seq)?.there === false
    // Who goes is said right behind the revision that makes it so: at the same time.
    const isUnclear = (name: string): boolean =>
      elsewhere.has(name)
        ? left.has(name)
        : whereabouts(name).some((one) => one.seq > seq && one.time === time && !one.there)
    const gone = new Set(electorate.map(({ name }) => name).filter(isUnclear))
    const reading = (away: ReadonlySet<string>): ReadonlyMap<string, string> => {
      const counted = new Map(cast)
      const isGone = (name: string): boolean => away.has(name) || (!elsewhere.has(name) && isGoneBefore(name))
      for (const { name } of electorate) {
        const choice = this.#follow(electorate, type, cast, name, seq, time, isGone)
        if (choice !== undefined) counted.set(name, choice)
      }
      return counted
    }
    return gone.size === 0 ? [reading(gone)] : [reading(new Set()), reading(gone)]
  }

  #follow(
    electorate: Proposal["electorate"],
    type: string,
    cast: ReadonlyMap<string, string>,
    first: string,
    seq: number,
    time: string,
    isGone: (name: string) => boolean,
  ): string | undefined {
    const seen = new Set<string>()
    for (let name = first; ;) {
      const vote = cast.get(name)
      if (vote !== undefined) return vote
      if (seen.has(name)) return "abstain"
      seen.add(name)
      const elector = electorate.find((one) => one.name === name)
      if (elector?.kind !== "human" || (elector.joins !== undefined && elector.joins > time)) return undefined
      if (isGone(name)) return undefined
      const given = this.#given.findLast(
        ({ delegation, from, until }) =>
          delegation.from === name &&
          from < seq &&
          until > seq &&
          delegation.expires > time &&
          typeMatches(delegation.on, type) &&
          electorate.some((one) => one.name === delegation.to && one.kind === "human"),
      )
      if (given === undefined) return undefined
      name = given.delegation.to
    }
  }
}

/** Is the rule met by these votes? An option that refuses meets none. */
export const isMet = (proposal: Proposal, votes: ReadonlyMap<string, string>): boolean => {
  const { electorate, resolution, quorum = 1 } = proposal
  const base = electorate.filter(({ joins }) => joins === undefined)
  const weigh = (of: ReadonlyArray<{ readonly weight: number }>): number =>
    of.reduce((sum, { weight }) => sum + weight, 0)
  const voters = (choice: string) => electorate.filter(({ name }) => votes.get(name) === choice)
  const approve = voters("approve")
  if (resolution.kind === "plurality") {
    if (votes.size < quorum) return false
    const totals = resolution.options.map((option) => ({ option, total: weigh(voters(option)) }))
    const best = totals.filter(({ total }) => total > 0 && totals.every((other) => other.total <= total))
    const won = best.length === 1 ? best[0] : best.find(({ option }) => option === resolution.tieBreak)
    return won !== undefined && won.option !== "deny"
  }
  const cast = proposal.of === "cast"
  if (approve.length === 0 || (cast && votes.size < quorum)) return false
  if (resolution.kind === "approvals") return approve.length >= resolution.approvals
  const of = cast ? [...approve, ...voters("deny")] : base
  const share = weigh(approve) / weigh(of)
  switch (resolution.kind) {
    case "majority":
      return share > 0.5
    case "supermajority":
      return weigh(approve) > 0 && share >= resolution.fraction - 1e-9
    case "unanimous":
      return approve.length >= of.length
  }
}

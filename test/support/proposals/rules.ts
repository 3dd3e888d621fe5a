/** Random rules for votes, as the model reads them and as the language writes them. */
import fc from "fast-check"
import { MOTION_KINDS } from "../../../src/domain/proposal.ts"

export const MINUTE = 60_000
export const ORG = "@team"
export const HUMANS = ["ana", "ben", "cid", "dee", "eve"] as const
export const AGENTS = ["coder", "clerk"] as const
export const WEIGHTS: Readonly<Record<string, number>> = { ana: 3, ben: 2, cid: 1, dee: 1, eve: 1, coder: 1, clerk: 2 }
export const LEADS: ReadonlySet<string> = new Set(["ana", "cid"])
export const DOCUMENT = "plan.md"

export type Whom = "org.humans" | "org.members" | "role:lead" | ReadonlyArray<string>

export type Rule =
  | { readonly kind: "approvals"; readonly approvals: number }
  | { readonly kind: "majority" | "unanimous" }
  | { readonly kind: "supermajority"; readonly twelfths: number }
  | { readonly kind: "plurality"; readonly options: ReadonlyArray<string>; readonly tieBreak?: string }

export interface Vote {
  readonly from: Whom
  readonly rule: Rule
  readonly cast: boolean
  /** Voters, or a percentage. */
  readonly quorum?: number | `${number}%`
  readonly weights?: "members" | Readonly<Record<string, number>>
  readonly veto?: ReadonlyArray<string>
  /** In minutes, like every time here. */
  readonly delay?: number
  readonly within: number
  readonly self: boolean
}

/** A contract with one requirement on `t0.requested` or `t1.requested`. */
export interface ContractSpec extends Vote {
  readonly type: 0 | 1
  readonly same: boolean
  readonly escalate?: ReadonlyArray<string>
  readonly level?: { readonly to: ReadonlyArray<string>; readonly after: number }
}

export interface MotionSpec extends Vote {
  readonly kind: "approval" | "decision" | "election" | "assignment"
  readonly candidates: ReadonlyArray<string>
  readonly binding: boolean
  readonly document: boolean
  /** `from` is said, not left out. */
  readonly narrowed: boolean
}

/** What a revision says: who is there, which contracts, and whether they have changed. */
export interface Revision {
  readonly absent: ReadonlyArray<string>
  readonly edited: boolean
  /** A contract that denies `t0.requested` is there, too. */
  readonly denies: boolean
  readonly owner?: string
}

const names = fc.uniqueArray(fc.constantFrom<string>(...HUMANS, ...AGENTS), { minLength: 1, maxLength: 4 })
const whom: fc.Arbitrary<Whom> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Whom>("org.humans") },
  fc.constant<Whom>("org.members"),
  fc.constant<Whom>("role:lead"),
  { weight: 2, arbitrary: names },
)
const minutes = fc.integer({ min: 2, max: 9 })
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((approvals): Rule => ({ kind: "approvals", approvals })),
  fc.constant<Rule>({ kind: "majority" }),
  fc.constant<Rule>({ kind: "unanimous" }),
  fc.constantFrom(8, 9, 12).map((twelfths): Rule => ({ kind: "supermajority", twelfths })),
  fc.option(fc.constantFrom("red", "green"), { nil: undefined }).map((tieBreak): Rule => ({
    kind: "plurality",
    options: ["red", "green", "deny"],
    ...(tieBreak === undefined ? undefined : { tieBreak }),
  })),
)
const optional = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

const vote: fc.Arbitrary<Vote> = fc
  .record({
    from: whom,
    rule,
    cast: fc.boolean(),
    quorum: optional(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom("34%" as const, "50%" as const))),
    weights: optional(fc.constantFrom("members" as const, { ana: 5, ben: 0, coder: 2 })),
    veto: optional(fc.constantFrom(["ben"], ["dee", "clerk"])),
    delay: optional(fc.integer({ min: 1, max: 3 })),
    within: minutes,
    self: fc.boolean(),
  })
  .map(({ quorum, cast, ...rest }): Vote => defined({ ...rest, cast, quorum: cast ? quorum : undefined }))

const contract: fc.Arbitrary<ContractSpec> = fc
  .record({
    vote,
    type: fc.constantFrom(0 as const, 1 as const),
    same: fc.boolean(),
    escalate: optional(names),
    level: optional(
      fc.record({
        to: fc.oneof(names, fc.constant([...HUMANS])),
        after: fc.integer({ min: 1, max: 4 }),
      }),
    ),
  })
  .map(({ vote: given, ...rest }) => defined({ ...given, ...rest }))

export const contracts = fc.array(contract, { minLength: 2, maxLength: 3 })

const MAJORITY: Rule = { kind: "majority" }

export const motion: fc.Arbitrary<MotionSpec> = fc
  .record({
    vote,
    kind: fc.constantFrom(...MOTION_KINDS, "election" as const),
    candidates: fc.uniqueArray(fc.constantFrom<string>(...HUMANS, "coder"), { minLength: 1, maxLength: 3 }),
    binding: fc.boolean(),
    document: fc.integer({ min: 0, max: 3 }).map((number) => number > 0),
    narrowed: fc.boolean(),
    /** Mostly what binds may. */
    fit: fc.integer({ min: 0, max: 3 }).map((number) => number > 0),
  })
  .map(({ vote: any, fit, ...spec }) => {
    const isFit = fit && spec.binding
    const rest = isFit ? { ...spec, narrowed: false } : spec
    const fitting = { ...any, weights: undefined, rule: any.rule.kind === "approvals" ? MAJORITY : any.rule }
    const given: Vote = isFit ? defined(fitting) : any
    const several = rest.kind === "election" || rest.kind === "assignment"
    const choosing = several ? rest.candidates.length > 1 : rest.kind === "decision" && given.rule.kind === "plurality"
    const options = several ? rest.candidates : ["red", "green", "deny"]
    const plain: Rule = given.rule.kind === "plurality" ? MAJORITY : given.rule
    const { quorum, ...others } = given
    const chosen: Rule = choosing ? { kind: "plurality", options } : plain
    const cast = choosing || given.cast
    return defined({
      ...others,
      ...rest,
      rule: chosen,
      cast,
      quorum: cast && !isFit ? quorum : undefined,
      from: rest.narrowed ? given.from : ("org.humans" as const),
    })
  })

/** Every contract is there, as it was written first, and everybody. */
export const FIRST: Revision = { absent: [], edited: false, denies: false, owner: "ana" }

export const revision: fc.Arbitrary<Revision> = fc.oneof(
  fc
    .record({
      absent: fc.uniqueArray(fc.constantFrom<string>("ben", "dee", "eve", "coder"), { maxLength: 2 }),
      edited: fc.boolean(),
      denies: fc.boolean(),
      owner: fc.constantFrom("ana", undefined),
    })
    .map((one) => defined(one)),
  fc.constantFrom<Revision>(FIRST, { ...FIRST, edited: true }),
)

export const textOf = (specs: ReadonlyArray<ContractSpec>, { absent, edited, denies, owner }: Revision): string =>
  [
    {
      organization: ORG,
      owner: "ana",
      members: [
        ...HUMANS.map((human) => ({ human, weight: WEIGHTS[human], roles: LEADS.has(human) ? ["lead"] : [] })),
        ...AGENTS.map((agent) => ({ agent, weight: WEIGHTS[agent] })),
      ].filter((one) => !absent.includes("human" in one ? one.human : one.agent)),
      documents: [owner === undefined ? { name: DOCUMENT } : { name: DOCUMENT, owner }],
    },
    ...specs.map((spec, index) => ({
      contract: `c${index}`,
      scope: ORG,
      on: `t${spec.type}.requested`,
      // A change that changes nothing but the version.
      ...(edited ? { description: "edited", priority: 50, when: { type: { startsWith: "t" } } } : undefined),
      then: [
        {
          require_votes: {
            ...writtenVote(spec, "tie_break"),
            from: written(spec.from),
            ...(spec.same ? { same: "$.service" } : undefined),
            ...(spec.escalate === undefined ? undefined : { otherwise: { escalate: written(spec.escalate) } }),
          },
        },
        ...(spec.level === undefined
          ? []
          : [{ escalate: { to: written(spec.level.to), after: `${spec.level.after}m` } }]),
      ],
    })),
    ...(denies ? [{ contract: "frozen", scope: ORG, on: "t0.requested", then: [{ deny: "frozen" }] }] : []),
  ]
    // JSON is YAML.
    .map((document) => JSON.stringify(document))
    .join("\n---\n")

export const motionData = ({ kind, narrowed, candidates, binding, document, ...spec }: MotionSpec): object => {
  const { resolution, ...rest } = writtenVote(spec, "tieBreak") as { resolution?: unknown }
  const plural = spec.rule.kind === "plurality"
  const chosen = spec.rule.kind === "plurality" ? spec.rule.options : undefined
  const options = kind === "election" || kind === "assignment" ? candidates : chosen
  return defined({
    kind,
    question: "What now?",
    ...rest,
    ...(plural ? { of: undefined } : { resolution }),
    options,
    from: narrowed ? written(spec.from) : undefined,
    binding,
    document: kind === "election" && document ? DOCUMENT : undefined,
  })
}

const writtenVote = (spec: Vote, tie: "tie_break" | "tieBreak"): object => {
  const { rule: one, cast, quorum, weights, veto, delay, within, self } = spec
  return defined({
    ...(one.kind === "approvals" ? { approvals: one.approvals } : { resolution: resolutionOf(one, tie) }),
    of: cast ? "cast" : undefined,
    quorum,
    weights,
    veto: veto === undefined ? undefined : written(veto),
    delay: delay === undefined ? undefined : `${delay}m`,
    within: `${within}m`,
    self,
  })
}

const resolutionOf = (one: Exclude<Rule, { kind: "approvals" }>, tie: string): unknown => {
  if (one.kind === "supermajority") return { supermajority: `${one.twelfths}/12` }
  if (one.kind !== "plurality") return one.kind
  return { plurality: { options: one.options, ...(one.tieBreak === undefined ? undefined : { [tie]: one.tieBreak }) } }
}

const written = (meant: Whom): string | ReadonlyArray<string> =>
  typeof meant === "string" ? meant : meant.map((name) => `@${name}`)

type Defined<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> }
const defined = <T extends object>(object: T): Defined<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>

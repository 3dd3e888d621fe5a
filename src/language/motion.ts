/** What a member asks for who opens a proposal: the data of `proposal.open.requested` in normal form. */
import type { RequireVotes, Resolution } from "../domain/contract.ts"
import { MOTION_KINDS, type MotionKind } from "../domain/proposal.ts"
import { Findings } from "./findings.ts"
import { nodeOf } from "./jsonTree.ts"
import { choice, compact, type Fields, fields, flag, list, optionalText, text } from "./read.ts"
import { readResolution, readVote } from "./requirements.ts"
import { MotionMap } from "./schemas/motion.ts"

export interface AskedMotion {
  readonly kind: MotionKind
  readonly question: string
  readonly votes: RequireVotes
  readonly binding: boolean
  /** The only candidate: the vote is for or against. */
  readonly candidate?: string
  readonly document?: string
  readonly goal?: string
}

/** Of a question, in characters (UTF-16). */
export const MAX_QUESTION_CHARACTERS = 1_000
/** That can be chosen from, and of each of them, in characters. */
export const MAX_OPTIONS = 100
export const MAX_OPTION_CHARACTERS = 200

/** A text says what is wrong, and what to write instead. */
export const readMotion = (data: unknown): AskedMotion | string => {
  const findings = new Findings("", "")
  const asked = read(findings, data)
  const [first] = findings.diagnostics
  if (first === undefined) return asked
  return `${first.message}${first.suggestion === undefined ? "" : ` ${first.suggestion}`}`
}

const read = (findings: Findings, data: unknown): AskedMotion => {
  const keys = fields(findings, nodeOf(data), MotionMap, "a proposal")
  const { get, keySpan } = keys
  const kind = choice(findings, get("kind"), MOTION_KINDS, '"kind"') ?? "decision"
  const only = (key: string, wanted: MotionKind): string | undefined => {
    const found = get(key)
    if (found !== undefined && kind !== wanted)
      findings.error(keySpan(key), "unknown-key", `Only an ${wanted} has "${key}".`)
    return optionalText(findings, found, `"${key}"`)
  }
  const question = text(findings, get("question"), '"question"')
  if (question.length > MAX_QUESTION_CHARACTERS)
    findings.error(
      keySpan("question"),
      "out-of-range",
      `A question has at most ${MAX_QUESTION_CHARACTERS} characters, and this one has ${question.length}.`,
    )
  const isOfMembers = kind === "election" || kind === "assignment"
  const options = readOptions(findings, keys, kind, isOfMembers)
  const candidate = isOfMembers && options?.length === 1 ? options[0] : undefined
  const resolution =
    options === undefined || candidate !== undefined
      ? ruleOf(findings, keys, kind)
      : pluralityOf(findings, keys, options, isOfMembers)
  const document = only("document", "election")
  const goal = only("goal", "assignment") ?? (kind === "assignment" ? question : undefined)
  return compact<AskedMotion>({
    kind,
    question,
    votes: readVote(findings, keys, resolution, {
      from: [{ kind: "humans", scope: false }],
      of: resolution.kind === "plurality" ? "cast" : "electorate",
    }),
    binding: flag(findings, get("binding"), '"binding"') ?? false,
    candidate,
    document,
    goal,
  })
}

const readOptions = (
  findings: Findings,
  { at, get, keySpan, sound }: Fields,
  kind: MotionKind,
  isOfMembers: boolean,
): ReadonlyArray<string> | undefined => {
  const node = get("options")
  const wrong = (what: string): void => findings.error(keySpan("options"), "wrong-options", what)
  if (node === undefined) {
    if (isOfMembers && sound)
      findings.error(at, "missing-key", `An ${kind} needs "options": the members who can be chosen.`)
    return undefined
  }
  if (kind === "approval") wrong("An approval has no options; a decision has.")
  const options = list(findings, node, '"options"').map((item) => {
    const option = text(findings, item, "an option")
    return isOfMembers ? option.replace(/^@/, "") : option
  })
  if (!isOfMembers && options.length < 2) wrong("A decision between options has at least two of them.")
  if (options.length > MAX_OPTIONS) wrong(`There are at most ${MAX_OPTIONS} options, and these are ${options.length}.`)
  if (options.some(({ length }) => length > MAX_OPTION_CHARACTERS))
    wrong(`An option has at most ${MAX_OPTION_CHARACTERS} characters.`)
  const twice = options.find((option, index) => options.indexOf(option) !== index)
  if (twice !== undefined) wrong(`${JSON.stringify(twice)} is among the options twice.`)
  const taken = options.find((option) => option === "abstain" || (isOfMembers && option === "deny"))
  if (taken !== undefined) wrong(`"${taken}" cannot be chosen: it is a vote of its own.`)
  return options
}

/** A question of yes or no. */
const ruleOf = (findings: Findings, keys: Fields, kind: MotionKind): Resolution => {
  if (keys.get("tieBreak") !== undefined)
    findings.error(keys.keySpan("tieBreak"), "unknown-key", '"tieBreak" needs several options to choose from.')
  if (keys.get("approvals") === undefined && keys.get("resolution") === undefined)
    return kind === "approval" ? { kind: "approvals", approvals: 1 } : { kind: "majority" }
  const resolution = readResolution(findings, keys)
  if (resolution.kind === "plurality")
    findings.error(keys.keySpan("resolution"), "unknown-value", 'Write what can be chosen as "options".')
  return resolution
}

const pluralityOf = (
  findings: Findings,
  { get, keySpan }: Fields,
  options: ReadonlyArray<string>,
  isOfMembers: boolean,
): Resolution => {
  for (const key of ["approvals", "resolution", "of"] as const)
    if (get(key) !== undefined)
      findings.error(
        keySpan(key),
        "several-resolutions",
        `Of several options the one with the most votes cast wins; leave "${key}" out.`,
      )
  const written = optionalText(findings, get("tieBreak"), '"tieBreak"')
  const tieBreak = isOfMembers ? written?.replace(/^@/, "") : written
  if (tieBreak !== undefined && !options.includes(tieBreak))
    findings.error(keySpan("tieBreak"), "unknown-value", `"tieBreak" is one of ${options.join(", ")}.`)
  return compact<Resolution & { kind: "plurality" }>({ kind: "plurality", options, tieBreak })
}

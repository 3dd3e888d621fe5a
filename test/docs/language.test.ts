/** The language reference says what the code does: every example is run, every table has the names that there are. */
import { describe, expect, it } from "vitest"
import { FACT_NAMES } from "../../src/domain/contract.ts"
import { formatDiagnostic } from "../../src/domain/diagnostic.ts"
import { MOTION_KINDS } from "../../src/domain/proposal.ts"
import { BUILT_IN_REQUESTS, BUILT_IN_TYPES, classOf, MAX_TYPE_LENGTH } from "../../src/domain/eventTypes.ts"
import { MAX_JSON_DEPTH } from "../../src/domain/json.ts"
import { MAX_COMMIT_BYTES } from "../../src/domain/record.ts"
import {
  MAX_DEPTH,
  MAX_DERIVED_PER_TURN,
  MAX_DERIVED_REQUESTS_PER_TURN,
  MAX_HOPS,
  MAX_OPEN_HOLDS,
  MAX_WAITING,
} from "../../src/kernel/bounds.ts"
import { HUNDREDTHS } from "../../src/kernel/counters.ts"
import { MAX_TEXT_LENGTH } from "../../src/kernel/interpolate.ts"
import { MAX_KEYS_PER_WINDOW } from "../../src/kernel/keys.ts"
import { MAX_MENTIONS } from "../../src/kernel/mentions.ts"
import { MAX_MESSAGE_CHARACTERS } from "../../src/kernel/messages.ts"
import { MAX_OPEN_MOTIONS, MAX_OPEN_MOTIONS_OF_ONE } from "../../src/kernel/motions.ts"
import { MAX_DELEGATIONS, MAX_STANDING, MAX_STANDING_MS, MAX_STANDING_USES } from "../../src/kernel/voting.ts"
import { MAX_DECORATORS } from "../../src/language/conditions/checkLeaf.ts"
import { MAX_KEEP } from "../../src/language/conditions/counter.ts"
import { COUNTER_KEYS, FACT_SHAPES } from "../../src/language/conditions/factFields.ts"
import { decoratorNames, operatorNames } from "../../src/language/conditions/operators.ts"
import { MAX_PATH_LENGTH_CHARS } from "../../src/language/conditions/path.ts"
import { MAX_REGEX_LENGTH_CHARS } from "../../src/language/conditions/regex.ts"
import { MAX_CONDITION_DEPTH } from "../../src/language/conditions/shared.ts"
import { describeContract } from "../../src/language/describe/describeContract.ts"
import { MAX_FILE_DIAGNOSTICS } from "../../src/language/findings.ts"
import { MAX_OPTION_CHARACTERS, MAX_OPTIONS, MAX_QUESTION_CHARACTERS } from "../../src/language/motion.ts"
import { EVENT_ROOTS } from "../../src/language/interpolation.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"
import { ParamsMap, TREE_KEYS } from "../../src/language/schemas/conditions.ts"
import { ContractDocument, MODES } from "../../src/language/schemas/contract.ts"
import {
  CaseMap,
  ContractTestsDocument,
  EventMap,
  ExpectMap,
  StandingMap,
  STEPS,
} from "../../src/language/schemas/contractTests.ts"
import {
  EFFECT_NAMES,
  EFFECTS,
  KEY_WORDS,
  LevelMap,
  PluralityMap,
  RESOLUTIONS,
  ResolutionMap,
  ROUTE_WAYS,
  UPON_WORDS,
} from "../../src/language/schemas/effects.ts"
import {
  AgentMap,
  DocumentMap,
  HumanMap,
  LimitsMap,
  OrganizationDocument,
  PromptMap,
  RefMap,
  ScheduleMap,
  WebhookMap,
} from "../../src/language/schemas/organization.ts"
import { MotionMap } from "../../src/language/schemas/motion.ts"
import { SELECTOR_WORDS } from "../../src/language/schemas/values.ts"
import { MAX_FILE_CHARS } from "../../src/language/yaml.ts"
import { MAX_FILE_NODES, MAX_NESTING_LEVELS } from "../../src/language/yamlTree.ts"
import { MAX_EVENT_BYTES } from "../../src/service/publishing.ts"
import { MAX_MEMBER_EVENTS } from "../../src/supervision/adoptionEvents.ts"
import { MAX_SEED_BYTES } from "../../src/supervision/seeds.ts"
import { runContractTests } from "../../src/testing/runContractTests.ts"
import { REMOVAL_GRACE_MS } from "../../src/workspace/protect.ts"
import { MAX_FILES } from "../../src/workspace/scan.ts"
import { type Marked, parseExample, readReference, UNMARKED } from "./examples.ts"

const marked = readReference()
const ofKind = (...kinds: ReadonlyArray<string>): ReadonlyArray<Marked> =>
  marked.filter(({ kind }) => kinds.includes(kind))
const places = (all: ReadonlyArray<Marked>) => all.map((one) => [`${one.file}:${one.line}`, one] as const)

/** Blocks that stand beside each other in a workspace; `@review-team` is there for every section. */
const PARTS = ["organization", "contract", "when", "then"]
const team = ofKind("organization").filter(({ section }) => section.endsWith("## The team of the examples"))
const partsBefore = ({ section, file, line }: Marked): ReadonlyArray<Marked> => [
  ...team,
  ...ofKind(...PARTS).filter(
    (part) => !team.includes(part) && part.section === section && part.file === file && part.line < line,
  ),
]

describe("examples", () => {
  it("are all marked, and there are many", () => {
    expect(ofKind(UNMARKED).filter(({ language }) => language !== "sh")).toEqual([])
    const known = new Set([...PARTS, "same", "tests", "error", "diagnostics", "describe", "names", "bounds"])
    expect(marked.filter(({ kind }) => kind !== UNMARKED && !known.has(kind))).toEqual([])
    expect(ofKind(...PARTS).length).toBeGreaterThan(30)
    expect(ofKind("tests").length).toBeGreaterThan(15)
  })

  it.each([...new Set(ofKind(...PARTS).map(({ section }) => section))])("%s: nothing is wrong with them", (section) => {
    const last = ofKind(...PARTS).findLast((part) => part.section === section)!
    const files = [...new Set([...partsBefore(last), last])].map(parseExample)
    const found = [...files.flatMap(({ diagnostics }) => diagnostics), ...checkSet(files)]
    expect(found.map(formatDiagnostic)).toEqual([])
  })

  it.each(places(ofKind("organization", "contract")))("%s is what it is said to be", (_, example) => {
    const { contracts, organizations } = parseExample(example)
    expect(example.kind === "contract" ? contracts : organizations).not.toEqual([])
  })

  it.each(places(ofKind("same")))("%s says the same as the one before it", (_, example) => {
    const before = marked[marked.indexOf(example) - 1]!
    const [one, other] = [before, { ...example, kind: before.kind }].map(parseExample)
    expect(other!.diagnostics).toEqual([])
    expect(other!.contracts.map(({ on, when, then }) => ({ on, when, then }))).toEqual(
      one!.contracts.map(({ on, when, then }) => ({ on, when, then })),
    )
  })

  it.each(places(ofKind("tests")))("%s passes", (_, example) => {
    const files = [...partsBefore(example), example].map(parseExample)
    expect([...files.flatMap(({ diagnostics }) => diagnostics), ...checkSet(files)].map(formatDiagnostic)).toEqual([])
    const { cases } = runContractTests({
      contracts: files.flatMap(({ contracts }) => contracts),
      organizations: files.flatMap(({ organizations }) => organizations),
      tests: files.flatMap(({ tests }) => tests),
    })
    expect(cases.length).toBeGreaterThan(0)
    expect(cases.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`))).toEqual([])
  })

  it.each(places(ofKind("error")))("%s is refused in these words", (_, example) => {
    const shown = marked[marked.indexOf(example) + 1]!
    expect(shown.kind).toBe("diagnostics")
    expect(shown.text.split("\n")).toEqual(diagnosticsOf(example))
  })

  it.each(places(ofKind("describe")))("%s is what charter describe says", (_, example) => {
    const files = partsBefore(example).map(parseExample)
    const organizations = new Map(files.flatMap((file) => file.organizations).map((one) => [one.id, one]))
    const contract = files.flatMap(({ contracts }) => contracts).find(({ id }) => id === example.argument)
    expect(example.text).toBe(describeContract(contract!, { organizations }))
  })
})

const diagnosticsOf = (example: Marked): ReadonlyArray<string> => {
  const parsed = parseFile(example.argument, example.text)
  const found = [...parsed.diagnostics, ...checkSet([...partsBefore(example).map(parseExample), parsed])]
  return found
    .filter(({ file }) => file === example.argument)
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(formatDiagnostic)
}

// ── completeness ────────────────────────────────────────────────────────────────────────────────────────────────────

const keysOf = (schema: { readonly fields: object }): ReadonlyArray<string> => Object.keys(schema.fields)
const typesOf = (eventClass: string) => BUILT_IN_TYPES.filter((type) => classOf(type) === eventClass)

const NAMES: Readonly<Record<string, ReadonlyArray<string>>> = {
  "keys of a contract": keysOf(ContractDocument),
  modes: MODES,
  classes: ["gated", "fact", "control"],
  "built-in requests": BUILT_IN_REQUESTS,
  "built-in facts": typesOf("fact"),
  "built-in control types": typesOf("control"),
  facts: FACT_NAMES,
  ...Object.fromEntries(
    Object.entries(FACT_SHAPES).flatMap(([fact, { fields }]) =>
      fields === undefined ? [] : [[`parts of ${fact}`, Object.keys(fields)]],
    ),
  ),
  "keys of a tree": TREE_KEYS,
  operators: operatorNames,
  decorators: decoratorNames,
  parameters: keysOf(ParamsMap),
  "counter keys": [...COUNTER_KEYS, "data.PATH"],
  roots: EVENT_ROOTS,
  effects: EFFECT_NAMES,
  ...Object.fromEntries(
    Object.entries(EFFECTS).flatMap(([effect, { keys }]) =>
      keys === undefined ? [] : [[`keys of ${effect}`, keysOf(keys)]],
    ),
  ),
  "limit keys": [...KEY_WORDS, "data.PATH"],
  ways: ROUTE_WAYS,
  upon: UPON_WORDS,
  "keys of a level": keysOf(LevelMap),
  resolutions: ["approvals", ...RESOLUTIONS, ...keysOf(ResolutionMap).filter((key) => key !== "supermajority")],
  "keys of plurality": keysOf(PluralityMap),
  selectors: ["@NAME", "@NAME@ORGANIZATION", "role:ROLE", "scope.role:ROLE", ...SELECTOR_WORDS, "#CHANNEL"],
  "keys of an organization": keysOf(OrganizationDocument),
  "keys of a member": [...new Set([HumanMap, AgentMap, RefMap].flatMap(keysOf))],
  "keys of limits": keysOf(LimitsMap),
  "keys of schedule": keysOf(ScheduleMap),
  "keys of prompt": keysOf(PromptMap),
  "keys of a document": keysOf(DocumentMap),
  "keys of a webhook": keysOf(WebhookMap),
  "keys of tests": keysOf(ContractTestsDocument),
  "keys of a case": keysOf(CaseMap),
  "keys of an event": keysOf(EventMap),
  "keys of steps": [...new Set(Object.values(STEPS).flatMap(keysOf))],
  "keys of expect": keysOf(ExpectMap),
  "keys of standing": keysOf(StandingMap),
  "keys of a proposal": keysOf(MotionMap),
  "kinds of proposals": MOTION_KINDS,
}

describe("names", () => {
  it.each(Object.keys(NAMES))("%s: all of them, and no others", (list) => {
    const found = ofKind("names").filter(({ argument }) => argument === list)
    expect(found.map(namesIn)).toEqual([NAMES[list]!.toSorted()])
  })

  it("lists that the code knows", () => {
    expect(ofKind("names").filter(({ argument }) => !Object.hasOwn(NAMES, argument))).toEqual([])
  })
})

/** Of a table the names in its first column, of a paragraph all that stand in backquotes. */
const namesIn = ({ text }: Marked): ReadonlyArray<string> => {
  const isTable = text.startsWith("|")
  const cells = isTable
    ? text
        .split("\n")
        .slice(2)
        .map((line) => line.split("|")[1]!)
    : [text]
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)).toSorted()
}

const BOUNDS: Readonly<Record<string, number>> = {
  MAX_FILE_CHARS,
  MAX_FILE_NODES,
  MAX_NESTING_LEVELS,
  MAX_FILE_DIAGNOSTICS,
  MAX_FILES,
  MAX_TYPE_LENGTH,
  MAX_CONDITION_DEPTH,
  MAX_DECORATORS,
  MAX_PATH_LENGTH_CHARS,
  MAX_REGEX_LENGTH_CHARS,
  MAX_KEEP,
  HUNDREDTHS,
  MAX_KEYS_PER_WINDOW,
  MAX_TEXT_LENGTH,
  MAX_EVENT_BYTES,
  MAX_JSON_DEPTH,
  MAX_DEPTH,
  MAX_HOPS,
  MAX_OPEN_HOLDS,
  MAX_WAITING,
  MAX_DERIVED_REQUESTS_PER_TURN,
  MAX_DERIVED_PER_TURN,
  MAX_COMMIT_BYTES,
  MAX_MEMBER_EVENTS,
  MAX_SEED_BYTES,
  MAX_MENTIONS,
  MAX_MESSAGE_CHARACTERS,
  MAX_DELEGATIONS,
  MAX_STANDING,
  MAX_STANDING_USES,
  MAX_STANDING_MS,
  MAX_OPEN_MOTIONS,
  MAX_OPEN_MOTIONS_OF_ONE,
  MAX_OPTIONS,
  MAX_OPTION_CHARACTERS,
  MAX_QUESTION_CHARACTERS,
  REMOVAL_GRACE_MS,
}

describe("bounds", () => {
  it("are those of the code", () => {
    const rows = ofKind("bounds").flatMap(({ text }) =>
      [...text.matchAll(/^\|[^|]+\| ([\d,]+) [^|]*\| `(\w+)` \|$/gm)].map(
        ([, value, name]) => [name!, Number(value!.replaceAll(",", ""))] as const,
      ),
    )
    expect(Object.fromEntries(rows)).toEqual(BOUNDS)
  })
})

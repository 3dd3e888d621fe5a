/**
 * Files that nobody should have written, from a seed: each is read in time, and what is wrong with it is told at a place
 * of the file, or it means what it says. Nothing of the language fails at it, and no object of JavaScript is touched.
 *
 * `CHARTER_FUZZ_CASES=20000 npm test -- test/language/badInput.test.ts` for more of it.
 */
import fc from "fast-check"
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { formatDiagnostic } from "../../src/domain/diagnostic.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { describeSet } from "../../src/language/describe/describeSet.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"
import { MAX_FILE_CHARS } from "../../src/language/yaml.ts"
import { fuzzCases } from "./conditions/arbitraries.ts"

const RUNS = fuzzCases(1_000)
/** On a machine that is busy with other tests. */
const MAX_CASE_MS = 4_000
const MAX_LARGEST_MS = 20_000

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const files = globSync("{test/language/{bad,good,slips},test/scenarios/*,contracts,organizations}/*.yaml", {
  cwd: ROOT,
})
  .toSorted()
  .map((file) => ({ file, text: readFileSync(`${ROOT}/${file}`, "utf8") }))
const fixture = fc.constantFrom(...files)

const prototypes = (): string =>
  JSON.stringify([Object.prototype, Array.prototype, Function.prototype].map((one) => Object.getOwnPropertyNames(one)))
const untouched = prototypes()
afterAll(() => expect(prototypes()).toBe(untouched))

/** Codes that it is told; everything that must hold for any text is looked at. */
const read = (file: string, text: string, maxMs = MAX_CASE_MS): ReadonlyArray<string> => {
  const begun = performance.now()
  const parsed = parseFile(file, text)
  const diagnostics = [...parsed.diagnostics, ...checkSet([parsed])]
  const sound = !diagnostics.some(({ severity }) => severity === "error")
  if (sound) describedAndCompiled(parsed)
  expect(performance.now() - begun).toBeLessThan(maxMs)
  const lines = text.split("\n")
  for (const { line, column, message, code, ...rest } of diagnostics) {
    const told = formatDiagnostic({ line, column, message, code, ...rest })
    expect(code, told).not.toBe("internal")
    expect(rest.file, told).toBe(file)
    expect(line, told).toBeGreaterThanOrEqual(1)
    expect(line, told).toBeLessThanOrEqual(lines.length)
    expect(column, told).toBeGreaterThanOrEqual(1)
    expect(column, told).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
    expect(message, told).toMatch(/\S/)
    expect(message.length + (rest.suggestion?.length ?? 0), told).toBeLessThan(4_096)
  }
  expect(prototypes()).toBe(untouched)
  return diagnostics.map(({ code }) => code)
}

/** What is without errors has to be of use, whatever it says. */
const describedAndCompiled = ({ contracts, organizations }: ReturnType<typeof parseFile>): void => {
  const definitions = new Definitions({ revision: "r", contracts, organizations })
  for (const { id } of organizations) definitions.cell(id, "a.requested")
  expect(describeSet(contracts, new Map(organizations.map((one) => [one.id, one])))).not.toContain("[object")
}

/** Names that every object has, or that are taken for what it is made of. */
const NAMES = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "isPrototypeOf"]
const ODD = [
  ["\t", "\r", "\r\n", "\n", "\uFEFF", "\u0000", "\u0007", "\u0085", "\u2028", "\ud800", "💩", "\u202e"],
  [
    "&a ",
    "*a",
    "&a",
    "!x ",
    "!!binary ",
    "<<: *a\n",
    "? ",
    "- ",
    ": ",
    " #",
    "|",
    ">-",
    "%YAML 1.1\n---\n",
    "---\n",
    "...",
  ],
  ["{", "}", "[", "]", "'", '"', "`", "@", "${{ ", " }}", "${{ __proto__ }}", "(", ")", ",", "limit(", "deny("],
  ["1e999", "-0", "0x10", "0o7", ".inf", ".nan", "9007199254740993", "~", "null", "yes", "2026-01-01"],
  ["a".repeat(5_000), "[".repeat(300), "{a: ".repeat(300), "- ".repeat(300), "(a+)+$", "^(a|a)*$", "(?<n>a)\\k<n>"],
  NAMES,
].flat()

interface Edit {
  readonly at: number
  readonly removed: number
  readonly put: string
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(30)),
  put: fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 6 })),
})

describe("a file that was changed", () => {
  it("anywhere", () => {
    fc.assert(
      fc.property(fixture, fc.array(edit, { minLength: 1, maxLength: 5 }), ({ file, text }, edits) => {
        let changed = text
        for (const { at, removed, put } of edits) {
          const start = Math.floor(at * changed.length)
          changed = changed.slice(0, start) + put + changed.slice(start + removed)
        }
        read(file, changed)
      }),
      { numRuns: RUNS },
    )
  })

  it("line by line: taken away, doubled, moved, indented, or from another file", () => {
    const change = fc.tuple(
      fc.constantFrom("without", "twice", "swapped", "deeper", "flatter", "borrowed"),
      fc.nat(),
      fc.nat(),
    )
    fc.assert(
      fc.property(
        fixture,
        fixture,
        fc.array(change, { minLength: 1, maxLength: 4 }),
        ({ file, text }, other, changes) => {
          let lines = text.split("\n")
          const others = other.text.split("\n")
          for (const [what, one, two] of changes) {
            const at = one % lines.length
            const line = lines[at]!
            const instead: Readonly<Record<string, ReadonlyArray<string>>> = {
              without: [],
              twice: [line, line],
              swapped: [lines[(at + 1) % lines.length]!, line],
              deeper: [`  ${line}`],
              flatter: [line.replace(/^ {1,2}/, "")],
              borrowed: [others[two % others.length]!],
            }
            lines = [...lines.slice(0, at), ...instead[what]!, ...lines.slice(at + 1)]
          }
          read(file, lines.join("\n"))
        },
      ),
      { numRuns: RUNS },
    )
  })

  it("in its line ends, its mark or its end says the same in the same places", () => {
    for (const { file, text } of files) {
      const codes = read(file, text)
      expect(read(file, text.replaceAll("\n", "\r\n")), file).toEqual(codes)
      expect(read(file, `\uFEFF${text}`), file).toEqual(codes)
      read(file, text.replaceAll("\n", "\r"))
      read(file, text.replaceAll("  ", "\t"))
    }
  })
})

describe("a name that every object has", () => {
  /** Every word of every file in turn. */
  const words = files.flatMap(({ file, text }) =>
    [...text.matchAll(/[A-Za-z_][\w.-]*/g)].map(({ 0: word, index }) => ({ file, text, word, index })),
  )

  it.each(NAMES)("%s, in the place of any word, is a name like any other or an error", (name) => {
    // Each file on its own is small, all of them are many words: a tenth of them in each run, another one each time.
    const every = Math.max(1, Math.floor(words.length / fuzzCases(250)))
    const first = NAMES.indexOf(name)
    for (let at = first; at < words.length; at += every) {
      const { file, text, word, index } = words[at]!
      read(file, text.slice(0, index) + name + text.slice(index + word.length))
    }
  })

  it("is no key of any map", () => {
    for (const name of ["__proto__", "constructor", "prototype"])
      for (const map of [`${name}: {}`, `"${name}": { polluted: true }`, `? ${name}\n: 1`])
        expect(read("a.yaml", `contract: c\nscope: "@a"\non: a.b\n${map}\nthen: allow\n`), map).toContain(
          "reserved-key",
        )
    for (const name of ["toString", "valueOf", "hasOwnProperty"])
      expect(read("a.yaml", `contract: c\nscope: "@a"\non: a.b\n${name}: {}\nthen: allow\n`), name).toContain(
        "unknown-key",
      )
  })

  it("is no effect, fact, operator, parameter, role, shared condition or hole", () => {
    const contract = (then: string, when = ""): string =>
      `contract: c\nscope: "@a"\non: a.requested\n${when}then:\n  - ${then}\n`
    for (const name of ["toString", "valueOf", "hasOwnProperty"]) {
      const when = (leaf: string): string => contract("allow", `when: ${leaf}\n`)
      for (const [text, code] of [
        [contract(`${name}: {}`), "unknown-effect"],
        [contract(`${name}(1)`), "unknown-effect"],
        [contract(name), "unknown-effect"],
        [when(`{ fact: ${name}, operator: equal, value: 1 }`), "unknown-fact"],
        [when(`{ fact: data, path: $.a, operator: ${name}, value: 1 }`), "unknown-operator"],
        [when(`{ fact: data, path: $.a, operator: "${name}:equal", value: 1 }`), "unknown-decorator"],
        [when(`{ fact: count, params: { ${name}: 1, of: a.b }, operator: equal, value: 1 }`), "unknown-param"],
        [when(`{ condition: ${name} }`), "unknown-condition"],
        [contract(`require_approval: { from: "role:${name}" }`), "unknown-role"],
        [contract(`notify: { to: "@${name}", message: x }`), "unknown-member"],
        [contract(`deny: "\${{ ${name} }}"`), "unknown-fact"],
      ] as const) {
        const org = `---\norganization: "@a"\nmembers: [{ human: dana }]\n`
        const codes = read("a.yaml", text + org)
        expect(codes.join(), `${text} → ${code}`).toMatch(/unknown-|wrong-|interpolation/)
      }
    }
  })
})

describe("what would take long", () => {
  const HEAD = 'contract: c\nscope: "@a"\non: a.b\n'
  const repeated = [
    "a",
    '"',
    "'",
    "a: ",
    "- ",
    "? ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a ",
    "!x ",
    "|\n",
    ">\n",
    " #",
    "	",
    "\r",
    "\n",
    "---\n",
    "%",
    "@",
    "${{",
    "}}",
    "${{ a }}",
    ",",
    ": ",
    "\\",
    "(",
    ")",
    "allow(",
    "a.b,",
    "\0",
    "💩",
    "\ud800",
    "<<: ",
    "**.",
    "a:\n",
    " a:\n",
    "- a\n",
    "- @a\n",
    "a: @b\n",
    'a: "x\n',
    '- "\n',
    "- '\n",
    "x: {a: \n",
    "no: x: y\n",
    "- deny: no: x\n",
    "- limit(10, 1h)\n",
    "- limit(10\n",
    '- deny("see #5")\n',
    "- {goal: ${{ data.x }} }\n",
    "- a: &a [*a]\n",
    "!!binary a\n",
    "a: |\n",
    "contract: a\n---\n",
    "organization: a\n---\n",
    "conditions: {a: {shared: a}}\n",
  ].flat()
  const places = [
    (text: string) => text,
    (text: string) => `${HEAD}then: ${text}`,
    (text: string) => `${HEAD}then:\n  - ${text}`,
    (text: string) => `${HEAD}when: { fact: data, path: "${text}`,
    (text: string) => `organization: "@a"\nmembers:\n${text}`,
  ]

  it.each(repeated)("%j, again and again", { timeout: 60_000 }, (token) => {
    for (const place of places) read("a.yaml", place(token.repeat(Math.floor(10_000 / token.length))))
  })

  it.each([
    'a: "x\n',
    '- "\n',
    "- {goal: ${{ data.x }} }\n",
    "- @a\n",
    "|\n",
    "a: b\n",
    "}}",
    "organization: a\n---\n",
  ])("%j, as often as a file holds it", { timeout: 60_000 }, (token) => {
    const text = `${HEAD}then:\n  - ${token.repeat(Math.floor((MAX_FILE_CHARS - 100) / token.length))}`
    read("a.yaml", text, MAX_LARGEST_MS)
  })

  it("a regular expression, written or matched", () => {
    const hostile = ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*)*x", "(a{1,1000}){1,1000}", "((((a?){50})?){50})?"]
    for (const pattern of hostile) {
      const text = `${HEAD}when: { fact: data, path: $.a, operator: matches, value: "${pattern}" }\nthen: allow\n`
      read("a.yaml", `${text}---\norganization: "@a"\n`)
    }
  })

  it("an alias that stands for a thousand others, and those for a thousand", () => {
    const levels = Array.from({ length: 60 }, (_, level) => `  - &a${level + 1} {k: [${`*a${level}, `.repeat(20)}]}`)
    expect(read("a.yaml", `${HEAD}then:\n  - &a0 allow\n${levels.join("\n")}\n`)).toEqual(["too-many-values"])
    expect(read("a.yaml", `${HEAD}then: &a [*a, *a]\n`)).toContain("yaml-alias")
  })

  it("more than a file may hold, and not a character less", () => {
    const filler = "x".repeat(MAX_FILE_CHARS - HEAD.length - "then: allow\n# ".length)
    expect(read("a.yaml", `${HEAD}then: allow\n# ${filler}`)).not.toContain("too-large")
    expect(read("a.yaml", `${HEAD}then: allow\n# ${filler}x`)).toEqual(["too-large"])
  })
})

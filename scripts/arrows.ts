/**
 * The import arrows of src/, and what keeps its inner folders pure.
 *
 * Edges → service → supervision, authoring → log, context, executors, workspace → kernel → language → domain. Every
 * import counts: `import type`, `export from` and `import()` too. Unit tests are free to import what they need.
 */
import { globSync, readFileSync } from "node:fs"
import { join, posix, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { BUNDLED } from "./bundled.ts"
import { type CallExpression, type NewExpression, parseSync, type ParseResult, Visitor } from "oxc-parser"

export interface Finding {
  /** Relative to the root, with `/`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

const PURE = ["domain", "language", "kernel"]
const GROUND = ["version.ts", "platform", "config", "discovery", "observability"]
const INNER = [...PURE, ...GROUND]
const MIDDLE = [...INNER, "log", "context", "executors", "workspace"]
const LIBRARY = [...MIDDLE, "supervision", "authoring", "testing"]

/** What each entry of src/ may import, beside itself. An entry that is missing here is a finding. */
export const ARROWS: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  language: ["domain"],
  kernel: ["domain", "language"],
  "version.ts": [],
  platform: ["domain"],
  config: ["domain", "platform"],
  discovery: ["domain", "platform", "config"],
  observability: ["domain", "platform", "config"],
  log: INNER,
  executors: INNER,
  workspace: INNER,
  context: [...INNER, "log"],
  testing: [...MIDDLE, "supervision"],
  supervision: MIDDLE,
  authoring: [...MIDDLE, "testing"],
  service: LIBRARY,
  http: ["domain", "language", ...GROUND, "service"],
  mcp: ["domain", "language", ...GROUND, "service"],
  web: ["domain", ...GROUND, "service"],
  client: ["domain", ...GROUND, "http"],
  tui: ["domain", ...GROUND, "client"],
  demo: ["domain", "language", "log", "testing", ...GROUND, "client"],
  cli: ["domain", "language", "log", "executors", "workspace", "testing", "demo", "tui", ...GROUND, "client"],
  "daemon.ts": [...LIBRARY, "service", "http", "mcp", "web"],
  library: ["domain", "discovery", "workspace", "service", "http", "daemon.ts"],
  "bin.ts": ["cli", "daemon.ts", ...GROUND],
}

/** Modules of Node that only compute. */
const PURE_BUILTINS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "node:crypto": ["createHash", "hash"],
  "node:buffer": ["Buffer", "isUtf8"],
}
/** What the pure folders may take from Effect: schemas and values, not its runtime. */
const PURE_EFFECT = new Set(
  "Schema SchemaIssue SchemaAST SchemaGetter SchemaTransformation JsonSchema Result Option Predicate Brand Cron Duration".split(
    " ",
  ),
)

interface Import {
  /** Undefined where it is computed. */
  readonly specifier: string | undefined
  readonly offset: number
  readonly names: Names
}
/** Names that an import takes, as they are exported; undefined where it takes all of them. */
type Names = ReadonlyArray<string> | undefined

/** Every arrow that points the wrong way in the `src` folder of `root`, in the order of files and lines. */
export function findWrongArrows(root: string): ReadonlyArray<Finding> {
  const declared = new Set([...Object.keys(readPackage(root).dependencies ?? {}), ...BUNDLED])
  return globSync("**/*.ts", { cwd: join(root, "src") })
    .map((file) => `src/${file.split(sep).join("/")}`)
    .filter((file) => !isTest(file))
    .toSorted()
    .flatMap((file) => findingsIn(root, file, declared))
}

function findingsIn(root: string, file: string, declared: ReadonlySet<string>): ReadonlyArray<Finding> {
  const entry = entryOf(file)
  const allowed = ARROWS[entry]
  if (allowed === undefined) {
    const message = `src/${entry} has no arrows yet: give it a row in scripts/arrows.ts`
    return [{ file, line: 1, column: 1, message }]
  }
  const text = readFileSync(join(root, file), "utf8")
  const { module, program } = parseSync(file, text)
  const wrong = importsOf(module, text).flatMap(({ specifier, offset, names }) => {
    const message =
      specifier === undefined
        ? "an import of a computed name cannot be checked"
        : specifier.startsWith(".")
          ? complaintAboutFile(posix.join(posix.dirname(file), specifier), entry, allowed)
          : complaintAboutPackage(specifier, names, entry, declared)
    return message === undefined ? [] : [{ offset, message }]
  })
  const impure = PURE.includes(entry) ? clockReadings(program) : []
  return [...wrong, ...impure].map(({ offset, message }) => ({ file, ...placeOf(text, offset), message }))
}

function complaintAboutFile(target: string, entry: string, allowed: ReadonlyArray<string>): string | undefined {
  if (target === "package.json") return undefined
  if (!target.startsWith("src/")) return `the program may not import ${target}, which is no part of it`
  if (isTest(target)) return `only tests may import a test (${target})`
  const wanted = entryOf(target)
  if (wanted === entry || allowed.includes(wanted)) return undefined
  const list = allowed.length === 0 ? "nothing else of src" : allowed.join(", ")
  return `${entry} may not import ${wanted} (${target}); it may import ${list}`
}

function complaintAboutPackage(
  specifier: string,
  names: Names,
  entry: string,
  declared: ReadonlySet<string>,
): string | undefined {
  const pure = PURE.includes(entry)
  if (specifier.startsWith("node:")) {
    const allowed = PURE_BUILTINS[specifier] ?? []
    if (!pure || names?.every((name) => allowed.includes(name)) === true) return undefined
    return `${entry} is pure: it may not use ${names?.join(", ") ?? "all"} of ${specifier}`
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
  if (!declared.has(name)) return `${name} is neither in the dependencies of package.json nor in scripts/bundled.ts`
  if (entry === "domain" && name !== "effect") return `domain imports only effect, not ${name}`
  if (!pure || name !== "effect") return undefined
  const taken = specifier === "effect" ? names : [specifier.slice("effect/".length)]
  if (taken?.every((module) => PURE_EFFECT.has(module)) === true) return undefined
  return `${entry} is pure: of effect it may take ${[...PURE_EFFECT].join(", ")}`
}

function importsOf(module: ParseResult["module"], text: string): ReadonlyArray<Import> {
  const stated = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    offset: moduleRequest.start,
    names: entries.length === 0 ? undefined : namesOf(entries.map((entry) => entry.importName)),
  }))
  const reexported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, importName }) =>
      moduleRequest === null || moduleRequest === undefined
        ? []
        : [{ specifier: moduleRequest.value, offset: moduleRequest.start, names: namesOf([importName]) }],
    ),
  )
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
    specifier: /^["'].*["']$/.test(text.slice(start, end)) ? text.slice(start + 1, end - 1) : undefined,
    offset: start,
    names: undefined,
  }))
  return [...stated, ...reexported, ...dynamic]
}

function namesOf(taken: ReadonlyArray<{ readonly kind: string; readonly name?: string | null }>): Names {
  const names = taken.map(({ kind, name }) => (kind === "Name" && typeof name === "string" ? name : undefined))
  return names.includes(undefined) ? undefined : names.filter((name) => name !== undefined)
}

/** `new Date()` and `Date()`: both read the clock. */
function clockReadings(program: ParseResult["program"]) {
  const found: Array<{ readonly offset: number; readonly message: string }> = []
  const look = ({ callee, arguments: given, start }: CallExpression | NewExpression) => {
    if (callee.type === "Identifier" && callee.name === "Date" && given.length === 0) {
      found.push({ offset: start, message: "this reads the clock: time enters as an argument, log time" })
    }
  }
  new Visitor({ CallExpression: look, NewExpression: look }).visit(program)
  return found
}

function placeOf(text: string, offset: number) {
  const before = text.slice(0, offset).split("\n")
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** Of `src/log/local/writer.ts`: `log`. Of a file directly in `src`: its name. */
const entryOf = (file: string): string => file.split("/", 2)[1] ?? file

const isTest = (file: string): boolean => file.endsWith(".test.ts")

const readPackage = (root: string) =>
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies?: Record<string, string> }

if (import.meta.main) {
  const findings = findWrongArrows(fileURLToPath(new URL("..", import.meta.url)))
  for (const { file, line, column, message } of findings) process.stdout.write(`${file}:${line}:${column} ${message}\n`)
  process.exitCode = findings.length === 0 ? 0 : 1
}

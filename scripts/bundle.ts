/**
 * Makes `dist/`, which is what the package ships beside the rules: the program as JavaScript, in pieces that are loaded
 * when they are needed, and the shell script that starts it. `npm pack` runs this; so do the tests and benches of it.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  type CodeSplittingGroup,
  type OutputChunk,
  type OutputOptions,
  type Plugin,
  rolldown,
  type RolldownBuild,
  type RolldownOutput,
} from "rolldown"
import { groupsOf } from "./pieces.ts"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** Entry points by the name of their file in the bundle. */
export type Entries = Readonly<Record<string, string>>

/** What the command starts; the script `packaging/charter` belongs beside it. */
export const PROGRAM: Entries = { charter: "src/bin.ts", "log-thread": "src/log/local/thread.ts" }
/** What is started or imported from outside. */
const ENTRIES: Entries = { ...PROGRAM, index: "src/library/index.ts" }

/** Bundles into `folder`, which is replaced as a whole. */
export const bundle = async (folder: string): Promise<ReadonlyArray<OutputChunk>> => {
  const made = mkdtempSync(`${folder}-`)
  try {
    const chunks = await compile(made, ENTRIES)
    cpSync(join(ROOT, "packaging", "charter"), join(made, "charter"))
    declare(join(made, "types"))
    writeFileSync(join(made, "THIRD-PARTY-LICENSES.txt"), licensesOf(foldersIn(chunks)))
    rmSync(folder, { recursive: true, force: true })
    renameSync(made, folder)
    return chunks
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** The JavaScript alone, as it is in the package, into `folder`. A daemon needs `log-thread` beside its own entry. */
export const compile = async (folder: string, entries: Entries): Promise<ReadonlyArray<OutputChunk>> => {
  const split = await pieces(entries, "unknown", (bundled) => bundled.generate(output(folder)))
  const hash = createHash("sha256")
  for (const { fileName, code } of split.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1)))
    hash.update(fileName).update(code)
  return pieces(entries, hash.digest("hex"), (bundled) => bundled.write(output(folder, groupsOf(split))))
}

/** `identity` names this build: what one build has kept is no other one's to read. */
const pieces = async (
  entries: Entries,
  identity: string,
  make: (bundled: RolldownBuild) => Promise<RolldownOutput>,
): Promise<ReadonlyArray<OutputChunk>> => {
  const bundled = await rolldown({
    cwd: ROOT,
    input: { ...entries },
    platform: "node",
    external: Object.keys(manifest().dependencies),
    preserveEntrySignatures: "allow-extension",
    transform: { target: "node24", define: { BUNDLE_IDENTITY: JSON.stringify(identity) } },
    plugins: [builtinsByName, examplesAlone],
    // Of a package that loads something on demand which its own barrel names, too: the barrel is not kept whole.
    checks: { ineffectiveDynamicImport: false },
  })
  try {
    return (await make(bundled)).output.filter((one) => one.type === "chunk")
  } finally {
    await bundled.close()
  }
}

const output = (folder: string, groups: ReadonlyArray<CodeSplittingGroup> = []): OutputOptions => ({
  dir: folder,
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  codeSplitting: groups.length === 0 || { groups: [...groups], includeDependenciesRecursively: false },
  // Without a look at each use whether it is declared yet.
  topLevelVar: true,
  // Stack traces are read by people: names and lines stay.
  minify: "dce-only",
  comments: false,
  polyfillRequire: false,
})

/**
 * An import of one of Node's modules makes all that it could ever export: streams for whoever reads a file, a client for
 * HTTP, WebCrypto, which takes longer than all of our own code. Here each name is asked for by itself, where it is used.
 * The entry is left alone: a Node that is too old for this has to be able to read it, and to be told so.
 */
const builtinsByName: Plugin = {
  name: "builtins-by-name",
  resolveId: {
    filter: { id: new RegExp(`^(?:node:)?(?:${builtinModules.join("|")})$`) },
    handler: (source, importer, { kind }) =>
      importer === undefined || importer.startsWith("\0rolldown/") || importer === join(ROOT, "src", "bin.ts")
        ? undefined
        : {
            id: `\0${kind === "require-call" ? "required" : "imported"}:${source.replace(/^(?:node:)?/, "node:")}`,
            moduleSideEffects: false,
          },
  },
  load: {
    filter: { id: /^\0(?:required|imported):/ },
    handler: async (id) => {
      const [, how, path] = /^\0(\w+):(.+)$/.exec(id)!
      if (how === "required") return `module.exports = process.getBuiltinModule("${path}")`
      const names = Object.keys((await import(path!)) as object).filter((name) => name !== "default")
      return [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule("${path}")`,
        "export default builtin",
        ...names.map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})()`),
      ].join("\n")
    },
  },
}

/** Of the webhook deliveries that the demo plays: the deliveries, without the documentation around them. */
const examplesAlone: Plugin = {
  name: "examples-alone",
  load: {
    filter: { id: /webhooks-examples.*\.json$/ },
    handler: (file) => {
      const definitions = JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<Record<string, unknown>>
      const json = JSON.stringify(definitions.map(({ name, examples }) => ({ name, examples })))
      return { code: `export default JSON.parse(${JSON.stringify(json)})`, moduleType: "js" }
    },
  },
}

/** The declarations of the library, which name no package that is in the bundle. */
const declare = (folder: string): void => {
  const emitted = mkdtempSync(join(tmpdir(), "charter-types-"))
  try {
    const flags = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--stripInternal", "--rootDir", "src"]
    const { status, stdout } = spawnSync(
      join(ROOT, "node_modules", ".bin", "tsc"),
      [...flags, "--project", join(ROOT, "packaging", "tsconfig.json"), "--outDir", emitted],
      { cwd: ROOT, encoding: "utf8" },
    )
    if (status !== 0) throw new Error(`the library's types could not be declared:\n${stdout}`)
    mkdirSync(folder)
    for (const name of ["index", "Charter", "CharterError", "Member", "types"]) {
      const text = readFileSync(join(emitted, "library", `${name}.d.ts`), "utf8")
      writeFileSync(
        join(folder, `${name}.d.ts`),
        `/// <reference lib="esnext.disposable" />\n${text.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"')}`,
      )
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true })
  }
}

/** Folders of the packages of which there is code in the bundle. */
const foldersIn = (chunks: ReadonlyArray<OutputChunk>): ReadonlyArray<string> => {
  const folders = new Set<string>()
  for (const id of chunks.flatMap(({ moduleIds }) => moduleIds)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []
    if (folder !== undefined) folders.add(folder)
  }
  return [...folders].toSorted()
}

const licensesOf = (folders: ReadonlyArray<string>): string =>
  [
    "Charter is licensed under Apache-2.0, see LICENSE. Its bundle holds code of the packages below, under their licences.\n",
    ...folders.map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        string
      >
      const [file] = globSync("{LICENSE,LICENCE,COPYING}*", { cwd: folder }).toSorted()
      const text =
        file === undefined
          ? `Licence: ${license}. The package has no text of it.`
          : readFileSync(join(folder, file), "utf8")
      return `${"─".repeat(100)}\n${name} ${version} (${license})\n\n${text.trim()}\n`
    }),
  ].join("\n")

const manifest = () =>
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly dependencies: Record<string, string> }

if (import.meta.main) {
  const chunks = await bundle(join(ROOT, "dist"))
  const bytes = chunks.reduce((sum, { code }) => sum + code.length, 0)
  process.stdout.write(`dist/ holds ${chunks.length} pieces, ${(bytes / 1e6).toFixed(1)} MB\n`)
}

/**
 * Makes `dist/`, which is what the package ships beside the rules: the program as JavaScript, in pieces that are loaded
 * when they are needed, and the shell script that starts it. `npm pack` runs this; so do the tests and benches of it.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/** Entry points by the name of their file in the bundle. */
export type Entries = Readonly<Record<string, string>>

/** What the command starts; the script `packaging/charter` belongs beside it. */
export const PROGRAM: Entries = { charter: "src/bin.ts", "log-thread": "src/log/local/thread.ts" }
/** What is started or imported from outside. */
const ENTRIES: Entries = { ...PROGRAM, index: "src/library/index.ts" }

/** Bundles into `folder`, which is replaced as a whole. */
export const bundle = async (folder: string): Promise<Metafile> => {
  const made = mkdtempSync(`${folder}-`)
  try {
    const metafile = await compile(made, ENTRIES)
    cpSync(join(ROOT, "packaging", "charter"), join(made, "charter"))
    declare(join(made, "types"))
    writeFileSync(join(made, "THIRD-PARTY-LICENSES.txt"), licensesOf(packagesIn(metafile)))
    rmSync(folder, { recursive: true, force: true })
    renameSync(made, folder)
    return metafile
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** The JavaScript alone, as it is in the package, into `folder`. A daemon needs `log-thread` beside its own entry. */
export const compile = async (folder: string, entries: Entries): Promise<Metafile> => {
  const { outputFiles } = await build({ ...options(folder, entries, "unknown"), write: false })
  const hash = createHash("sha256")
  for (const { path, contents } of outputFiles.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(path.slice(folder.length)).update(contents)
  const { metafile } = await build(options(folder, entries, hash.digest("hex")))
  return metafile
}

/** `identity` names this build: what one build has kept is no other one's to read. */
const options = (folder: string, entries: Entries, identity: string): BuildOptions & { readonly metafile: true } => ({
  absWorkingDir: ROOT,
  entryPoints: { ...entries },
  outdir: folder,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  external: Object.keys(manifest().dependencies),
  chunkNames: "[name]-[hash]",
  define: { BUNDLE_IDENTITY: JSON.stringify(identity) },
  // Stack traces are read by people: names stay, and so do the comments that name a piece's file.
  minifySyntax: true,
  legalComments: "none",
  // Packages of the older kind ask for Node's modules by `require`.
  banner: {
    js: 'import{createRequire as charterRequire}from"node:module";const require=charterRequire(import.meta.url);',
  },
  plugins: [builtinsOnDemand, examplesAlone],
  metafile: true,
  logLevel: "warning",
})

/**
 * Importing one of these loads all that it could ever export, a client for HTTP and WebCrypto among it, which takes
 * longer than all of our own code. Asked for through `require`, each export is loaded when it is used.
 */
const builtinsOnDemand: Plugin = {
  name: "builtins-on-demand",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(?:node:)?(?:http|https|crypto)$/ }, ({ path, kind }) =>
      kind === "import-statement" || kind === "dynamic-import"
        ? { path: path.replace(/^(?:node:)?/, "node:"), namespace: "builtin" }
        : undefined,
    )
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
      loader: "js",
    }))
  },
}

/** Of the webhook deliveries that the demo plays: the deliveries, without the documentation around them. */
const examplesAlone: Plugin = {
  name: "examples-alone",
  setup: ({ onLoad }) => {
    onLoad({ filter: /webhooks-examples.*\.json$/ }, ({ path }) => {
      const definitions = JSON.parse(readFileSync(path, "utf8")) as ReadonlyArray<Record<string, unknown>>
      const json = JSON.stringify(definitions.map(({ name, examples }) => ({ name, examples })))
      return { contents: `export default JSON.parse(${JSON.stringify(json)})`, loader: "js" }
    })
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
const packagesIn = ({ inputs }: Metafile): ReadonlyArray<string> => {
  const folders = new Set<string>()
  for (const file of Object.keys(inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []
    if (folder !== undefined) folders.add(folder)
  }
  return [...folders].toSorted()
}

const licensesOf = (folders: ReadonlyArray<string>): string =>
  [
    "Charter is licensed under Apache-2.0, see LICENSE. Its bundle holds code of the packages below, under their licences.\n",
    ...folders.map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Record<
        string,
        string
      >
      const [file] = globSync("{LICENSE,LICENCE,COPYING}*", { cwd: join(ROOT, folder) }).toSorted()
      const text =
        file === undefined
          ? `Licence: ${license}. The package has no text of it.`
          : readFileSync(join(ROOT, folder, file), "utf8")
      return `${"─".repeat(100)}\n${name} ${version} (${license})\n\n${text.trim()}\n`
    }),
  ].join("\n")

const manifest = () =>
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly dependencies: Record<string, string> }

if (import.meta.main) {
  const { outputs } = await bundle(join(ROOT, "dist"))
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0)
  process.stdout.write(`dist/ holds ${Object.keys(outputs).length} pieces, ${(bytes / 1e6).toFixed(1)} MB\n`)
}

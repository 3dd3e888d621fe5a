/** Which modules of the bundle go into one piece. A piece is a file that is loaded whole, when something in it is needed. */
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import type { CodeSplittingGroup, OutputChunk } from "rolldown"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

/**
 * A piece costs a third of a millisecond before anything in it has run, and split by who loads what, one for each
 * circle of sharers, there would be ninety for a daemon. Modules with the same kinds of sharers go into one instead.
 */
export const groupsOf = (split: ReadonlyArray<OutputChunk>): ReadonlyArray<CodeSplittingGroup> => {
  const sharers = new Map(split.map(({ fileName }) => [fileName, new Set<string>()]))
  for (const entry of split)
    if (entry.facadeModuleId !== null && (entry.isEntry || entry.isDynamicEntry)) {
      const loaded = loadedWith(entry.fileName, split)
      for (const file of loaded) sharers.get(file)?.add(kindOf(entry, packagesOf(loaded, split)))
    }
  const alike = Map.groupBy(
    split.filter(({ isEntry, name }) => !isEntry && name !== "rolldown-runtime"),
    ({ fileName }) => [...sharers.get(fileName)!].toSorted().join("-"),
  )
  return [...alike].map(([name, chunks]) => {
    const modules = new Set(chunks.flatMap(({ moduleIds }) => moduleIds))
    return { name, test: (id) => modules.has(id) }
  })
}

/** Commands are alike that ask the daemon, that work on files, and that work on the log. */
const kindOf = ({ facadeModuleId, name }: OutputChunk, packages: ReadonlySet<string>): string => {
  const source = relative(ROOT, facadeModuleId!)
  if (DAEMON.has(source)) return "daemon"
  if (!source.startsWith("src/cli/commands/") && source !== "src/demo/main.ts") return name.replaceAll("-", "_")
  return packages.has("libsql") ? "log" : packages.has("effect") ? "files" : "asking"
}

/** What a daemon is made of, and what needs nearly all of that. */
const DAEMON = new Set(["src/daemon.ts", "src/cli/foreground.ts", "src/client/decode.ts", "src/library/index.ts"])

/** The file, and all that is loaded with it: what it imports on demand is not. */
export const loadedWith = (
  file: string,
  chunks: ReadonlyArray<OutputChunk>,
  seen = new Set<string>(),
): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const one of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) loadedWith(one, chunks, seen)
  return seen
}

/** Packages of which there is code in these files of the bundle, or which they import. */
export const packagesOf = (files: Iterable<string>, chunks: ReadonlyArray<OutputChunk>): ReadonlySet<string> =>
  new Set(
    [...files]
      .flatMap((file) => [file, ...(chunks.find(({ fileName }) => fileName === file)?.moduleIds ?? [])])
      .map((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? id),
  )

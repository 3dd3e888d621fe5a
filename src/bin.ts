#!/usr/bin/env node
/** argv → command. Read by whatever Node the machine has, so that an old one can be told what is needed. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { VERSION } from "./version.ts"

const NEEDED_NODE = 24

if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
  // The package that brings a Node of its own is optional to npm: it is left out in silence where it cannot be fetched.
  let folder = import.meta.dirname
  while (folder !== dirname(folder) && !existsSync(join(folder, "node_modules", "node"))) folder = dirname(folder)
  const isFetched = folder !== dirname(folder)
  const isThere = existsSync(join(folder, "node_modules", "node", "bin", "node"))
  process.stderr.write(
    [
      `charter: Charter ${VERSION} needs Node ${NEEDED_NODE} or newer, and this is Node ${process.versions.node} (${process.execPath}).`,
      isThere
        ? "→ Charter's own Node is there, and was not asked for: leave out CHARTER_NODE, and start Charter as charter"
        : isFetched
          ? "→ npm did not run the script that puts Charter's own Node in place: npm rebuild node --ignore-scripts=false"
          : "→ npm could not fetch Charter's own Node, the package node, and went on without it: install Charter again where npm's registry can be reached",
      "→ Or use another Node: CHARTER_NODE=/path/to/node charter",
      "",
    ].join("\n"),
  )
  process.exitCode = 1
} else {
  const { run } = await import("./cli/run.ts")
  process.exitCode = await run(process.argv.slice(2), {
    version: VERSION,
    entry: import.meta.filename,
    home: fileURLToPath(new URL("..", import.meta.url)),
    loadDaemon: async () => (await import("./daemon.ts")).startDaemon,
  })
}

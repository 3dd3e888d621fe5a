#!/usr/bin/env node
/** argv → command. Read by whatever Node the machine has, so that an old one can be told what is needed. */
import { fileURLToPath } from "node:url"
import { VERSION } from "./version.ts"

const NEEDED_NODE = 24

if (Number.parseInt(process.versions.node, 10) < NEEDED_NODE) {
  process.stderr.write(
    [
      `charter: Charter ${VERSION} needs Node ${NEEDED_NODE} or newer, and this is Node ${process.versions.node} (${process.execPath}).`,
      `→ The Node that is installed with it: npm rebuild node --ignore-scripts=false`,
      "→ Or another one: CHARTER_NODE=/path/to/node charter",
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

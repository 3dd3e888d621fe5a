#!/usr/bin/env node
import { run } from "./cli/run.ts"
import { VERSION } from "./version.ts"

process.exitCode = await run(process.argv.slice(2), {
  version: VERSION,
  entry: import.meta.filename,
  loadDaemon: async () => (await import("./daemon.ts")).startDaemon,
})

/**
 * The daemon of `daemonWithClock.ts` as it is shipped: one bundle, which starts in a fraction of the time that the
 * sources take and keeps its checked rules. For tests that start many.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { compile } from "../../scripts/bundle.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))

/** Made in `folder`, which is new; answers the file to start. */
export const bundleDaemon = async (folder: string): Promise<string> => {
  mkdirSync(folder)
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"))
  await compile(folder, { daemon: "test/support/daemonWithClock.ts", "log-thread": "src/log/local/thread.ts" })
  return join(folder, "daemon.js")
}

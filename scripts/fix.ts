/** `npm run fix`: formats every file, and applies the lint fixes that cannot change what the code does. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))

for (const [program, ...options] of [["oxlint", "--fix"], ["oxfmt"]] as const) {
  const { status } = spawnSync(join(ROOT, "node_modules", ".bin", program), options, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}

import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "rolldown"
import { afterAll, expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "charter-bundled-"))
afterAll(() => rmSync(folder, { recursive: true }))

it("the log finds its thread in a bundle, beside the program", async () => {
  const program = join(folder, "program.ts")
  writeFileSync(
    program,
    `import { Effect } from "effect"
     import { EventLog } from ${JSON.stringify(join(root, "src/log/EventLog.ts"))}
     import { layerLocal } from ${JSON.stringify(join(root, "src/log/local/layer.ts"))}
     import { run } from ${JSON.stringify(join(root, "test/log/records.ts"))}
     console.log(JSON.stringify(await Effect.runPromise(Effect.gen(function* () {
       const log = yield* EventLog
       const { epoch } = yield* log.open("@a")
       yield* log.append("@a", 0, epoch, run("@a", 1, 3))
       return yield* log.verify
     }).pipe(Effect.provide(layerLocal({ file: ${JSON.stringify(join(folder, "log.db"))} }))))))`,
  )
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  await build({
    input: { program, "log-thread": join(root, "src/log/local/thread.ts") },
    platform: "node",
    external: ["libsql"],
    output: { dir: join(folder, "dist") },
  })
  writeFileSync(join(folder, "dist", "package.json"), JSON.stringify({ type: "module" }))
  const printed = execFileSync(process.execPath, [join(folder, "dist", "program.js")]).toString()
  expect(JSON.parse(printed)).toEqual({ organizations: 1, records: 3, broken: [] })
}, 60_000)

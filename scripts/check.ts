/**
 * `npm run check [-- STEP...]`: everything that must hold before a commit, one line per step, failures at the end.
 * `static` stands for all steps but the tests.
 */
import { spawnSync } from "node:child_process"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const OUTPUT_MAX_BYTES = 16 * 1024 * 1024

const STATIC_STEPS: Readonly<Record<string, ReadonlyArray<string>>> = {
  types: ["tsc", "--project", "tsconfig.json"],
  effect: `effect-tsgo diagnostics --project tsconfig.json --format text --severity error,warning --strict`.split(" "),
  lint: ["oxlint"],
  format: ["oxfmt", "--check"],
  arrows: ["node", "scripts/arrows.ts"],
  schemas: ["node", "scripts/schemas.ts", "--check"],
  readme: ["node", "scripts/readme.ts", "--check"],
}
const STEPS: Readonly<Record<string, ReadonlyArray<string>>> = {
  ...STATIC_STEPS,
  tests: ["vitest", "run", "--project", "unit"],
}

const asked = process.argv.slice(2).flatMap((name) => (name === "static" ? Object.keys(STATIC_STEPS) : [name]))
const unknown = asked.filter((name) => !(name in STEPS))
if (unknown.length > 0) {
  process.stderr.write(`no such step: ${unknown.join(", ")}; there are ${Object.keys(STEPS).join(", ")}, static\n`)
  process.exit(2)
}

const failures: Array<readonly [name: string, output: string]> = []
for (const [name, [program = "", ...options]] of Object.entries(STEPS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const started = performance.now()
  const { status, stdout, stderr, error } = spawnSync(program, options, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PATH: [join(ROOT, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter) },
    maxBuffer: OUTPUT_MAX_BYTES,
  })
  const took = ((performance.now() - started) / 1000).toFixed(1)
  const passed = status === 0
  process.stdout.write(`${name.padEnd(8)} ${passed ? "ok    " : "FAILED"} ${took.padStart(6)} s\n`)
  if (!passed) failures.push([name, `${stdout}${stderr}${error === undefined ? "" : error.message}`.trim()])
}

for (const [name, output] of failures) process.stdout.write(`\n── ${name} ──\n${output}\n`)
if (failures.length > 0) {
  process.stdout.write(`\nfailed: ${failures.map(([name]) => name).join(", ")}\n`)
  process.exitCode = 1
}

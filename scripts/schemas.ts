/** Writes `schemas/*.json` from the schemas of the documents; with `--check` only says whether they are up to date. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { jsonSchemaFiles } from "../src/language/schemas/jsonSchemas.ts"

const folder = new URL("../schemas/", import.meta.url)
const onlyCheck = process.argv.includes("--check")
mkdirSync(folder, { recursive: true })
for (const [name, text] of jsonSchemaFiles()) {
  const file = new URL(name, folder)
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue
  if (!onlyCheck) writeFileSync(file, text)
  else process.exitCode = 1
  process.stdout.write(`schemas/${name} ${onlyCheck ? "is stale: run node scripts/schemas.ts" : "written"}\n`)
}

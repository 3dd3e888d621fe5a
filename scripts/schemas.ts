/** Writes `schemas/*.json` from the schemas of the documents; with `--check`, says which are stale and exits 1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { jsonSchemaFiles } from "../src/language/schemas/jsonSchemas.ts"

const folder = new URL("../schemas/", import.meta.url)
const checkOnly = process.argv.includes("--check")
mkdirSync(folder, { recursive: true })
for (const [name, text] of jsonSchemaFiles()) {
  const file = new URL(name, folder)
  if (!checkOnly) {
    writeFileSync(file, text)
    console.log(fileURLToPath(file))
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.log(`schemas/${name} is stale: run scripts/run scripts/schemas.ts`)
    process.exitCode = 1
  }
}

/** Writes `schemas/*.json` from the schemas of the documents. */
import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { jsonSchemaFiles } from "../src/language/schemas/jsonSchemas.ts"

const folder = new URL("../schemas/", import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, text] of jsonSchemaFiles()) {
  writeFileSync(new URL(name, folder), text)
  console.log(fileURLToPath(new URL(name, folder)))
}

/** Writes into README.md what `charter describe` says of the contracts that it shows. `--check`: only compares. */
import { readFileSync, writeFileSync } from "node:fs"
import { describeContract } from "../src/language/describe/describeContract.ts"
import { parseFile } from "../src/language/load.ts"

const MARK = /(<!-- describe (\S+) (\S+) -->\n```\n)[^`]*(```)/g
const readme = new URL("../README.md", import.meta.url)

const before = readFileSync(readme, "utf8")
const after = before.replace(MARK, (_, head: string, file: string, id: string, tail: string) => {
  const { contracts } = parseFile(file, readFileSync(new URL(`../${file}`, import.meta.url), "utf8"))
  const contract = contracts.find((one) => one.id === id)
  if (contract === undefined) throw new Error(`README.md shows ${id} of ${file}, which is not there`)
  return `${head}${describeContract(contract)}\n${tail}`
})

if (!process.argv.includes("--check")) writeFileSync(readme, after)
else if (after !== before) {
  process.stderr.write(
    "README.md shows another description than `charter describe` gives; run `node scripts/readme.ts`\n",
  )
  process.exitCode = 1
}

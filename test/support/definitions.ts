/** Rules for tests, from the text of files. */
import { formatDiagnostic, hasErrors } from "../../src/domain/diagnostic.ts"
import { Definitions } from "../../src/kernel/definitions.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"

/** @throws where the text has errors: a test that means to have none should know. */
export const definitionsFrom = (text: string, previous?: Definitions): Definitions => {
  const parsed = parseFile("rules.yaml", text)
  const diagnostics = [...parsed.diagnostics, ...checkSet([parsed])]
  if (hasErrors(diagnostics)) throw new Error(diagnostics.map((one) => formatDiagnostic(one)).join("\n"))
  return new Definitions(
    { revision: parsed.hash.slice(0, 12), contracts: parsed.contracts, organizations: parsed.organizations },
    previous,
  )
}

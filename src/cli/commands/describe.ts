/** `charter describe` */
import { hasErrors } from "../../domain/diagnostic.ts"
import { describeContract } from "../../language/describe/describeContract.ts"
import { describeSet } from "../../language/describe/describeSet.ts"
import { rewrap } from "../../language/describe/prose.ts"
import type { Given, Invocation } from "../command.ts"
import { diagnosticText } from "../diagnosticText.ts"
import { EXIT_FAILED } from "../failure.ts"
import { contractsOf, diagnose, documentsWith, organizationsOf, readSources } from "../sources.ts"
import { plainLines } from "../text.ts"

export const describe = async ({ output, folders }: Invocation, given: Given): Promise<number> => {
  const sources = await readSources(folders.workspace, given.arguments)
  const chosen = sources.parsed.filter(({ file }) => sources.chosen.has(file))
  const diagnostics = diagnose(sources).filter(({ severity }) => severity === "error")
  // Documents with errors of their own have been left out already: these are the errors that others have beside them.
  const further = diagnostics.filter((found) => !chosen.some((file) => file.diagnostics.includes(found)))
  const faulty = new Set(chosen.flatMap((file) => [...documentsWith(file, further)]))
  const contracts = contractsOf(chosen).filter((contract) => !faulty.has(contract))
  const organizations = new Map(organizationsOf(sources.parsed).map((organization) => [organization.id, organization]))
  const own = new Map(
    organizationsOf(chosen).flatMap((organization) =>
      faulty.has(organization) ? [] : [[organization.id, organization] as const],
    ),
  )
  const text =
    own.size > 0 || given.arguments.length === 0
      ? describeSet(contracts, own)
      : contracts.map((contract) => describeContract(contract, { organizations })).join("\n\n")
  output.answer({ text, diagnostics }, () => plainLines(rewrap(text, output.columns)))
  if (!hasErrors(diagnostics)) return 0
  if (!output.json)
    output.note(
      [
        "",
        "Documents with errors are left out:",
        ...diagnostics.map((one) => diagnosticText(one, sources.texts.get(one.file), process.stderr)),
      ].join("\n"),
    )
  return EXIT_FAILED
}

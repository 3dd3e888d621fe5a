/** `charter lint` */
import { amount } from "../../domain/amount.ts"
import type { Given, Invocation } from "../command.ts"
import { diagnosticText } from "../diagnosticText.ts"
import { EXIT_FAILED } from "../failure.ts"
import { green, red, yellow } from "../output.ts"
import { diagnose, readSources } from "../sources.ts"

export const lint = async ({ output, folders }: Invocation, given: Given): Promise<number> => {
  const sources = await readSources(folders.workspace, given.arguments)
  const diagnostics = diagnose(sources)
  const errors = diagnostics.filter(({ severity }) => severity === "error").length
  const warnings = diagnostics.length - errors
  output.answer({ files: sources.chosen.size, errors, warnings, diagnostics }, () => {
    const terminal = process.stdout.isTTY
    const texts = diagnostics.map((diagnostic) =>
      diagnosticText(diagnostic, sources.texts.get(diagnostic.file), process.stdout),
    )
    const summary = `${counted(sources.chosen.size, "file")}: ${counted(errors, "error")}, ${counted(warnings, "warning")}`
    const paint = errors > 0 ? red : warnings > 0 ? yellow : green
    return [...texts, ...(terminal && texts.length > 0 ? [""] : []), paint(summary)].join("\n")
  })
  return errors === 0 ? 0 : EXIT_FAILED
}

const counted = (count: number, noun: string): string => (count === 0 ? `no ${noun}s` : amount(count, noun))

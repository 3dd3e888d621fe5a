/** What an operator should look at: a log that cannot be written, files that are not in force, and what waits for a confirmation. */
import { formatDiagnostic } from "../domain/diagnostic.ts"
import type { Status } from "./answers.ts"
import { red, yellow } from "./output.ts"
import { plain } from "./text.ts"

const SHOWN_DIAGNOSTICS = 10

export const warnings = ({ diagnostics, unwritable, warnings: waiting }: Status): ReadonlyArray<string> => [
  ...(unwritable === undefined ? [] : [red(`Events are answered 503, for ${plain(unwritable)}`)]),
  ...(diagnostics.length === 0
    ? []
    : [
        red(
          `${diagnostics.length === 1 ? "An error keeps" : `${diagnostics.length} errors keep`} changed files out of force; their last good version stays:`,
        ),
        ...diagnostics.slice(0, SHOWN_DIAGNOSTICS).map((diagnostic) => `  ${plain(formatDiagnostic(diagnostic))}`),
        ...(diagnostics.length > SHOWN_DIAGNOSTICS ? ["  ... charter lint shows all"] : []),
      ]),
  ...waiting.map((text) => yellow(plain(text))),
]

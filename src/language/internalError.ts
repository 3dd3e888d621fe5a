/** A defect of this program, met while it checked a file: told as an error of that file, so that all else goes on. */
import type { Diagnostic, Position } from "../domain/diagnostic.ts"

export const internalError = ({ file, line, column }: Position, thrown: unknown): Diagnostic => ({
  file,
  line,
  column,
  severity: "error",
  code: "internal",
  message: `This file could not be checked: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
  suggestion: "This is a defect of Charter, please report it; writing it in another way may help meanwhile.",
})

/** Lint across files. */
import type { Diagnostic } from "../../domain/diagnostic.ts"
import type { ParsedFile } from "../load.ts"

export const checkSet = (_files: ReadonlyArray<ParsedFile>): ReadonlyArray<Diagnostic> => []

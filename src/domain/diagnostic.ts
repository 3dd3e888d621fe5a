/** What is wrong with a file, and where. */

export interface Position {
  /** Relative to the workspace, with `/`. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
}

export interface Diagnostic extends Position {
  readonly severity: "error" | "warning"
  /** Stable, kebab-case: `unknown-key`, `unknown-operator`, `yaml-syntax`, ... */
  readonly code: string
  /** One sentence that says what is wrong and what was expected. */
  readonly message: string
  /** What to write instead. */
  readonly suggestion?: string
}

/** `contracts/deploys.yaml:7:3 error: … (did you mean …?)` */
export const formatDiagnostic = (diagnostic: Diagnostic): string =>
  `${diagnostic.file}:${diagnostic.line}:${diagnostic.column} ${diagnostic.severity}: ${diagnostic.message}` +
  (diagnostic.suggestion === undefined ? "" : ` ${diagnostic.suggestion}`) +
  ` [${diagnostic.code}]`

export const hasErrors = (diagnostics: Iterable<Diagnostic>): boolean => {
  for (const diagnostic of diagnostics) if (diagnostic.severity === "error") return true
  return false
}

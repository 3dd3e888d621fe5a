/** Why something was not done. Nothing has happened then. */
export class CharterError extends Error {
  /** Stable, kebab-case: `not-an-elector`, `organization-unknown`, `workspace-invalid`, `data-folder-held`, … */
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = "CharterError"
    this.code = code
    this.details = details
  }
}

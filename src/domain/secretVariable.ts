const ENVIRONMENT = /^\$\{\{\s*env\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/

/** The environment variable that a secret is read from: `X` of `${{ env.X }}`. */
export const secretVariable = (text: string): string | undefined => ENVIRONMENT.exec(text)?.[1]

/** Hides secrets in what is written for people and collectors. The rule that none is written in the first place comes first. */

/** Values shorter than this are not masked: they would blot out ordinary text. */
export const MIN_MASKED_CHARACTERS = 6
export const MASKED = "***"

const SECRET_NAME = /TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL|OTLP_.*HEADERS/i
/** Every token that the daemon makes. */
const TOKENS = /charter_[\w-]{43}/g

/** Is a variable of this name for a secret? */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** Replaces these texts by `***`. */
export const maskOf = (secrets: ReadonlyArray<string>): ((text: string) => string) => {
  const hidden = secrets.filter((secret) => secret.length >= MIN_MASKED_CHARACTERS)
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text)
}

/** The same for the secrets of an environment, by the names of its variables, and for every token of a daemon. */
export const maskOfEnvironment = (
  environment: Readonly<Record<string, string | undefined>>,
): ((text: string) => string) => {
  const mask = maskOf(
    Object.entries(environment).flatMap(([name, value]) => (value !== undefined && isSecretName(name) ? [value] : [])),
  )
  return (text) => mask(text).replaceAll(TOKENS, `charter_${MASKED}`)
}

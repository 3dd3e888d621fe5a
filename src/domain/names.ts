/**
 * Names as they are stored everywhere inside Charter.
 *
 * - An organization is written with its sign: `@review-team`.
 * - A member is stored without one: `dana`. In files `dana` and `"@dana"` mean the same where a member is meant.
 * - A contract's full name is `@review-team/production-deploys-need-two-votes`.
 * - An agent is `name@org` outside its organization (`reviewer@review-team`), `name` inside it.
 */

/** The organization that everybody is in and whose contracts bind all. */
export const GLOBAL = "@global"

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/

/** Lower-case words joined by single hyphens: `production-deploys`. */
export const isKebabCase = (text: string): boolean => KEBAB.test(text)

/** `@` followed by a kebab-case word. */
export const isOrganizationName = (text: string): boolean => text.startsWith("@") && KEBAB.test(text.slice(1))

/** `@dana` and `dana` are the same member. */
export const memberName = (text: string): string => (text.startsWith("@") ? text.slice(1) : text)

/** `("@review-team", "no-friday")` → `@review-team/no-friday`. */
export const contractFullName = (scope: string, id: string): string => `${scope}/${id}`

/** Whom an effect means, in words. */
import type { Selector } from "../../domain/contract.ts"
import { memberName } from "../../domain/names.ts"
import { enumeration, word } from "./prose.ts"

/**
 * `@dana`, `${each} with the role lead`, `the organization's humans`. With the contract's scope, `scope.*` names that
 * organization; without it, it says "the contract's own organization". `each` is how a role's members are counted.
 */
export const describeSelector = (
  selector: Selector,
  scope = "the contract's own organization",
  each: "anyone" | "everyone" = "anyone",
): string => {
  switch (selector.kind) {
    case "member":
      return member(selector.name)
    case "role":
      return `${each} with the role ${word(selector.role)}${selector.scope ? ` in ${scope}` : ""}`
    case "members":
    case "humans":
    case "agents":
      return selector.scope ? `the ${selector.kind} of ${scope}` : `the organization's ${selector.kind}`
    case "creator":
      return "the creator of whoever asked"
    case "channel":
      return `the channel #${word(selector.name)}`
  }
}

/** `@dana or anyone with the role lead`, `@dana and everyone with the role lead`. */
export const describeSelectors = (
  selectors: ReadonlyArray<Selector>,
  scope: string,
  conjunction: "and" | "or" = "and",
): string =>
  enumeration(
    selectors.map((selector) => describeSelector(selector, scope, conjunction === "and" ? "everyone" : "anyone")),
    conjunction,
  )

/** Whether the enumeration takes a verb in the singular. */
export const isSingular = ([first, ...more]: ReadonlyArray<Selector>): boolean =>
  more.length === 0 && !["members", "humans", "agents"].includes(first?.kind ?? "")

/** `dana` → `@dana`. */
export const member = (name: string): string => `@${word(memberName(name))}`

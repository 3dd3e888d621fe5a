/** What the normal form knows of facts by their paths. */
import type { FactName } from "../domain/contract.ts"
import { table } from "../domain/table.ts"

/** In the normal form members stand without `@`; a full name (`@scope/contract`) keeps it. */
export const withoutSigns = (fact: FactName, path: string | undefined, value: unknown): unknown => {
  if (path === undefined || !NAME_PATHS[fact]?.test(path)) return value
  if (Array.isArray(value)) return value.map((item) => withoutSigns(fact, path, item))
  return typeof value === "string" && value.startsWith("@") && !value.includes("/") ? value.slice(1) : value
}

const NAME_PATHS: Readonly<Partial<Record<FactName, RegExp>>> = table({
  actor: /^\$\.(?:onbehalf\.)?(?:name|creator)$/,
  org: /^\$\.(?:members|humans|agents)$/,
})

/** Lists, for which a plain value in the short form is one of their items. */
export const ARRAY_FACTS = new Set([
  "actor $.roles",
  "actor $.onbehalf.roles",
  "org $.members",
  "org $.humans",
  "org $.agents",
])

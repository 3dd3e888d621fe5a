/** Leaves out steps and contracts for as long as the same thing is still broken. */
import { type Life, live, type Lived } from "./life.ts"

/** Lives that are tried at most: a person waits. */
const MAX_TRIES = 400

export const shrink = (life: Life, lived: Lived): Life => {
  const wanted = kindOf(lived)
  let tries = MAX_TRIES
  let least: Life = { ...life, steps: life.steps.slice(0, lived.at) }
  const attempt = (candidate: Life): boolean => {
    if (tries-- <= 0) return false
    const result = live(candidate)
    if (result.broken.length === 0 || kindOf(result) !== wanted) return false
    least = { ...candidate, steps: candidate.steps.slice(0, result.at) }
    return true
  }
  const names = new Set(lived.worlds.flatMap(({ rules }) => rules.map(({ id }) => id)))
  for (const name of names) attempt({ ...least, without: new Set([...least.without, name]) })
  for (let size = Math.ceil(least.steps.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let from = 0; from < least.steps.length;)
      if (!attempt({ ...least, steps: [...least.steps.slice(0, from), ...least.steps.slice(from + size)] }))
        from += size
  return least
}

/** Without names and numbers: what is left out changes those. */
const kindOf = ({ broken }: Lived): string =>
  (broken[0] ?? "")
    .split("\n")[0]!
    .replaceAll(/[@\w."#-]*\d[\w."#-]*|@\w+/g, "…")
    .slice(0, 60)

/** "Did you mean": the nearest of the words that would have been right. */
import { closest, distance } from "fastest-levenshtein"

/** The candidate that `word` most likely is a slip of, or `undefined` where none is near. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const words = [...candidates]
  if (words.length === 0 || word === "") return undefined
  const folded = words.find((candidate) => candidate.toLowerCase() === word.toLowerCase())
  if (folded !== undefined) return folded
  const swapped = words.find((candidate) => isSwapped(word, candidate))
  if (swapped !== undefined) return swapped
  const found = closest(word, words)
  if (distance(word, found) <= tolerated(word)) return found
  // `greater` is the beginning of `greaterThan`.
  return word.length < MIN_BEGINNING ? undefined : words.find((candidate) => candidate.startsWith(word))
}

/** Letters from which on the beginning of a word tells which one is meant. */
const MIN_BEGINNING = 4

/** Two neighbouring letters have changed places, which is the commonest slip: `nay` for `any`. */
const isSwapped = (word: string, meant: string): boolean => {
  if (word.length !== meant.length) return false
  const at = [...word].findIndex((letter, index) => letter !== meant[index])
  return (
    at >= 0 && word[at] === meant[at + 1] && word[at + 1] === meant[at] && word.slice(at + 2) === meant.slice(at + 2)
  )
}

/** The same as a sentence for a diagnostic. */
export const didYouMean = (word: string, candidates: Iterable<string>): string | undefined => {
  const found = nearest(word, candidates)
  return found === undefined ? undefined : `Did you mean ${JSON.stringify(found)}?`
}

/** The same as the end of a sentence that says what is not there: `; did you mean "nay"?`. Else `otherwise`, or nothing. */
export const orDidYouMean = (word: string, candidates: Iterable<string>, otherwise?: string): string => {
  const found = nearest(word, candidates)
  if (found !== undefined) return `; did you mean "${found}"?`
  return otherwise === undefined ? "" : `; ${otherwise}`
}

/** One slip in a short word, two in a longer one, three in a long one; never most of the word. */
const tolerated = (word: string): number => (word.length <= 3 ? 1 : word.length <= 8 ? 2 : 3)

/** An option that takes one of a few words. */
import { type Given, textOption } from "./command.ts"
import { misuse } from "./failure.ts"

export const choiceOption = <W extends string>(given: Given, name: string, words: ReadonlyArray<W>): W | undefined => {
  const text = textOption(given, name)
  const chosen = words.find((word) => word === text)
  if (text !== undefined && chosen === undefined)
    throw misuse(`--${flagOf(name)} is one of ${words.join(", ")}, not ${JSON.stringify(text)}.`)
  return chosen
}

/** `diskEdits` is typed as `disk-edits`. */
const flagOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

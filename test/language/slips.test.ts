/** Every word of the language in turn with a slip of the pen in it: one line each, at its place, with the word that was meant. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { formatDiagnostic } from "../../src/domain/diagnostic.ts"
import { checkSet, parseFile } from "../../src/language/load.ts"

const FILES = ["organizations.yaml", "contracts.yaml", "contracts.test.yaml"] as const
const texts = new Map(FILES.map((file) => [file, readFileSync(new URL(`slips/${file}`, import.meta.url), "utf8")]))

/** A letter too few, two that have changed places, one too many. */
const slips = (word: string): ReadonlyArray<string> => {
  const middle = Math.floor(word.length / 2)
  const swapped = word.slice(0, middle - 1) + word[middle] + word[middle - 1] + word.slice(middle + 1)
  return [word.slice(0, middle) + word.slice(middle + 1), swapped, `${word}s`].filter((slip) => slip !== word)
}

/** Words that are anybody's own, that are defined where they stand, or that another word of the language is as near to. */
const FREE: Readonly<Record<(typeof FILES)[number], RegExp>> = {
  "organizations.yaml":
    /^(?:crew|dana|erin|coder|lead|builder|deploys|office-hours|github|env|GITHUB_WEBHOOK_SECRET|Europe|Berlin)$/,
  "contracts.yaml": /^(?:usd|red|tan|T00|isA|run|usage|github|task|completed|synchronize)$/,
  "contracts.test.yaml": /^(?:github|push|pull_request|opened|dana)$/,
}

interface Word {
  readonly word: string
  readonly index: number
}

const wordsOf = (file: (typeof FILES)[number]): ReadonlyArray<Word> =>
  [...texts.get(file)!.matchAll(/[A-Za-z_][\w-]{2,}/g)]
    .map(({ 0: word, index }) => ({ word, index }))
    .filter(({ word }) => !FREE[file].test(word))

const diagnose = (changed?: string, text = "") => {
  const files = FILES.map((file) => parseFile(file, file === changed ? text : texts.get(file)!))
  return [...files.flatMap(({ diagnostics }) => diagnostics), ...checkSet(files)]
}

describe("a slip of the pen", () => {
  it("is in none of the files as they are", () => {
    expect(diagnose().map(formatDiagnostic)).toEqual([])
  })

  it.each(FILES)("is one line with what was meant, wherever it is in %s", (file) => {
    const text = texts.get(file)!
    const words = wordsOf(file)
    expect(words.length).toBeGreaterThan(15)
    const wrong = words.flatMap(({ word, index }) =>
      slips(word).flatMap((slip) => {
        const found = diagnose(file, text.slice(0, index) + slip + text.slice(index + word.length))
        const line = text.slice(0, index).split("\n").length
        const [only] = found
        const isTold = found.length === 1 && only?.line === line && only.suggestion?.includes(word) === true
        return isTold ? [] : [`${file}:${line} ${word} → ${slip}: ${found.map(formatDiagnostic).join(" | ")}`]
      }),
    )
    expect(wrong).toEqual([])
  })
})

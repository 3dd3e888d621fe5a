/** The Markdown of the language reference, taken apart: what is marked by a comment, in the order of the files. */
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type ParsedFile, parseFile } from "../../src/language/load.ts"

const ROOT = new URL("../..", import.meta.url)

/** A fenced block, a table or a paragraph behind `<!-- kind argument -->`. */
export interface Marked {
  readonly kind: string
  readonly argument: string
  /** What stands in the fence, or the lines up to the next empty one. */
  readonly text: string
  /** Of the fence; absent for a table or paragraph. */
  readonly language?: string
  readonly file: string
  /** Of the first line of the text, from 1. */
  readonly line: number
  /** The file and its last heading of the second level. */
  readonly section: string
}

/** Of fences that no comment marks. */
export const UNMARKED = "unmarked"

export const readReference = (): ReadonlyArray<Marked> =>
  ["docs/language.md", ...globSync("docs/language/*.md", { cwd: fileURLToPath(ROOT) }).toSorted()].flatMap((file) =>
    markedIn(file),
  )

/** Of one page, named from the root of the repository. */
export const markedIn = (file: string): ReadonlyArray<Marked> =>
  readMarked(file, readFileSync(new URL(file, ROOT), "utf8"))

const readMarked = (file: string, text: string): ReadonlyArray<Marked> => {
  const found: Array<Marked> = []
  const lines = text.split("\n")
  let section = file
  let mark: RegExpExecArray | null = null
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    if (line.startsWith("## ")) section = `${file} ${line}`
    const fence = /^```(\w*)$/.exec(line)
    if (fence !== null || (mark !== null && line !== "")) {
      const start = fence === null ? at : at + 1
      const closing = fence === null ? "" : "```"
      for (at = start; at < lines.length && lines[at] !== closing;) at++
      found.push({
        kind: mark?.[1] ?? UNMARKED,
        argument: mark?.[2] ?? "",
        text: lines.slice(start, at).join("\n"),
        ...(fence === null ? {} : { language: fence[1]! }),
        file,
        line: start + 1,
        section,
      })
    }
    mark = /^<!-- (\S+)(?: (.+))? -->$/.exec(line)
  }
  return found
}

/** Parsed so that a mistake is reported at its line of the Markdown. */
export const parseExample = ({ kind, text, file, line }: Marked): ParsedFile => {
  const head = HEADS[kind]?.(line, text) ?? []
  const below = head.at(-1) === `${kind}:` ? text.replace(/^(?=.)/gm, "  ") : text
  return parseFile(
    kind === "tests" ? `${file}.test.yaml` : file,
    "\n".repeat(Math.max(0, line - 1 - head.length)) + [...head, below].join("\n"),
  )
}

/** What a reader is spared: the rest of the contract around a condition or effects, the organization of test cases. */
const HEADS: Readonly<Record<string, (line: number, text: string) => ReadonlyArray<string>>> = {
  when: (line) => [
    `contract: line-${line}`,
    'scope: "@review-team"',
    "on: deploy.requested",
    "then: [deny: no]",
    "when:",
  ],
  then: (line) => [`contract: line-${line}`, 'scope: "@review-team"', "on: deploy.requested", "then:"],
  tests: (_, text) => (text.startsWith("- ") ? ['organization: "@review-team"', "cases:"] : []),
}

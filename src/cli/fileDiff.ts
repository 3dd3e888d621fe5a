/** What of its files' lines a change takes and gives, as `diff -u` shows it. */
import type { ChangeView } from "./answers.ts"
import { bold, dim, green, red } from "./output.ts"
import { plain } from "./text.ts"

type FileTexts = ChangeView["files"][number]

/** Lines shown of one change; all of it is in `--json`. */
const MAX_SHOWN_LINES = 400
/** Lines taken and given that are looked for in one place; beyond, what is shown is right, and may be longer than it need be. */
const MAX_EDITS = 2_000
const NOWHERE = "/dev/null"

export const fileDiff = async (files: ReadonlyArray<FileTexts>): Promise<ReadonlyArray<string>> => {
  // Few commands show one, and it brings some of effect along.
  const { lines, unified } = await import("effect/TextDiff")
  const all = files.flatMap(({ file, before, text }) =>
    unified(lines(before ?? "", text ?? "", { maxEdits: MAX_EDITS }), {
      fromFile: before === null ? NOWHERE : file,
      toFile: text === null ? NOWHERE : file,
    })
      .split("\n")
      .slice(0, -1),
  )
  const more = all.length - MAX_SHOWN_LINES
  return [
    ...all.slice(0, MAX_SHOWN_LINES).map((line) => paint(line)(plain(line))),
    ...(more > 0 ? [dim(`... ${more} more lines: --json has all`)] : []),
  ]
}

const paint = (line: string): ((text: string) => string) => {
  if (/^(?:---|\+\+\+) /.test(line)) return bold
  return line.startsWith("+") ? green : line.startsWith("-") ? red : line.startsWith("@") ? dim : (text) => text
}

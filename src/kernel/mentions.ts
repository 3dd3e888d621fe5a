/** Who is meant by `@name` in a message: found once, when the message is written. Pure. */

/** Members that one message can mention. */
export const MAX_MENTIONS = 64

/** `@all` means every member, unless one goes by that name. */
export const ALL = "all"

/**
 * Names behind an `@`, in lower case, each once, in the order of the text. Not in code, fenced or between backticks;
 * not in an address (`dana@example.org`), a contract's name (`@team/rule`), a path or a longer word. Linear in the text.
 */
export const namesIn = (text: string): ReadonlyArray<string> => {
  if (!text.includes("@")) return []
  const names = new Set<string>()
  for (const [, name] of outsideCode(text).matchAll(MENTION)) names.add(name!.toLowerCase())
  return [...names]
}

/** Members that a text means, in its order, those of `@all` in the order of `members`; without `except`. */
export const mentionsIn = (
  text: string,
  members: ReadonlyMap<string, unknown>,
  except: ReadonlyArray<string> = [],
): ReadonlyArray<string> => {
  const names = namesIn(text).flatMap((name) => (members.has(name) ? [name] : name === ALL ? [...members.keys()] : []))
  return [...new Set(names)].filter((name) => !except.includes(name))
}

const MENTION = /(?<![\p{L}\p{N}_@./+~%&=#:-])@([a-z0-9]+(?:-[a-z0-9]+)*)(?![\p{L}\p{N}_@/-]|\.[\p{L}\p{N}])/giu
/** The opening and closing lines of a fence, as CommonMark has them. */
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/

const outsideCode = (text: string): string => {
  if (!text.includes("`") && !text.includes("~~~")) return text
  const prose: Array<string> = []
  let fence: string | undefined
  for (const line of text.split("\n")) {
    const [, mark = "", info = ""] = FENCE.exec(line) ?? []
    if (fence === undefined) {
      if (mark === "") prose.push(line)
      else fence = mark
    } else if (mark.startsWith(fence) && info.trim() === "") fence = undefined
  }
  return outsideSpans(prose.join("\n"))
}

/** A run of backticks opens a span where a later run is as long, and ends there; else it is text. */
const outsideSpans = (text: string): string => {
  const runs = [...text.matchAll(/`+/g)]
  const nextAsLong: Array<number | undefined> = []
  const last = new Map<number, number>()
  for (let index = runs.length - 1; index >= 0; index--) {
    const { length } = runs[index]![0]
    nextAsLong[index] = last.get(length)
    last.set(length, index)
  }
  const prose: Array<string> = []
  let from = 0
  for (let index = 0; index < runs.length; index++) {
    const closing = nextAsLong[index]
    if (closing === undefined) continue
    prose.push(text.slice(from, runs[index]!.index))
    from = runs[closing]!.index + runs[closing]![0].length
    index = closing
  }
  // A space stands for what was left out, so that nothing grows together.
  return [...prose, text.slice(from)].join(" ")
}

/** What breaks a line on some terminal or other: the controls, and the separators of Unicode. */
const LINE_BREAKS = /[\n\v\f\r\u0085\u2028\u2029]/g
const NAMES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" }

/** `text` on one line: what would break it is written as an escape, so that nobody's words pass for another line. */
export const onOneLine = (text: string): string =>
  text.replaceAll(
    LINE_BREAKS,
    (character) => NAMES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

/** Bytes to lines, in bounded memory and with one copy of each byte at most, however they are cut into pieces. */

export interface Line {
  /** Without its line break. Bytes that are no UTF-8 are U+FFFD. */
  readonly text: string
  /** Bytes of the line as it was written; more than the text holds where it was cut. */
  readonly bytes: number
}

export interface LineSplitter {
  /**
   * The lines that `bytes` completes. With `objectsOnly`, most of those that do not start with `{` are passed over,
   * without a look at each: a flood costs next to nothing.
   */
  readonly write: (bytes: Buffer, objectsOnly: boolean) => ReadonlyArray<Line>
  /** The last line, where no line break ended it. */
  readonly end: () => ReadonlyArray<Line>
}

const NEWLINE = 0x0a
const BRACE = 0x7b
const FIRST_CAPACITY_BYTES = 1_024

/** Keeps at most `maxLineBytes` of a line and counts the rest. */
export const splitLines = (maxLineBytes: number): LineSplitter => {
  let pending = Buffer.alloc(0)
  let kept = 0
  let seen = 0

  const keep = (piece: Buffer): void => {
    seen += piece.length
    const size = Math.min(kept + piece.length, maxLineBytes)
    if (size > pending.length) {
      const grown = Buffer.allocUnsafe(Math.min(maxLineBytes, Math.max(FIRST_CAPACITY_BYTES, 2 * size)))
      pending.copy(grown, 0, 0, kept)
      pending = grown
    }
    kept += piece.copy(pending, kept, 0, size - kept)
  }
  const take = (): Line => {
    const line = { text: pending.toString("utf8", 0, kept), bytes: seen }
    kept = 0
    seen = 0
    return line
  }

  return {
    write: (bytes, objectsOnly) => {
      const lines: Array<Line> = []
      let from = 0
      for (;;) {
        if (objectsOnly && seen === 0 && bytes[from] !== BRACE) {
          const object = bytes.indexOf("\n{", from, "latin1")
          from = object >= 0 ? object + 1 : Math.max(from, bytes.lastIndexOf(NEWLINE) + 1)
        }
        const at = bytes.indexOf(NEWLINE, from)
        if (at < 0) break
        if (seen > 0 || at - from > maxLineBytes) {
          keep(bytes.subarray(from, at))
          lines.push(take())
        } else lines.push({ text: bytes.toString("utf8", from, at), bytes: at - from })
        from = at + 1
      }
      if (from < bytes.length) keep(bytes.subarray(from))
      return lines
    },
    end: () => (seen > 0 ? [take()] : []),
  }
}

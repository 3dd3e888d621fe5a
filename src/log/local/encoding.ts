/**
 * How commits travel to the writer thread: each is one stretch of bytes, several of them one buffer. A commit is a run of
 * 64-bit floats (its header, then the numbers and the lengths of each record) and one UTF-8 text that holds all strings one
 * after the other. Lengths are in UTF-16 code units, so that one call encodes the text and one decodes it.
 */
import { type Commit, MAX_COMMIT_BYTES } from "../../domain/record.ts"

const HEADER_NUMBERS = 6
const RECORD_NUMBERS = 10
const NUMBER_BYTES = 8
const ABSENT = -1

/** One record as the writer binds it. */
export interface EncodedRecord {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string | null
  /** Milliseconds since 1970. */
  readonly time: number
  readonly correlationid: string
  readonly verdict: string | null
  /** The event without its data, JSON. */
  readonly envelope: string
  readonly data: string | null
  readonly decision: string | null
}

export interface EncodedCommit {
  readonly org: string
  readonly expected: number
  readonly epoch: number
  readonly records: ReadonlyArray<EncodedRecord>
}

/** Gathers commits in a buffer of fixed size; an empty one has room for the largest commit. */
export interface Encoder {
  /** Its size in bytes where the commit was added, false where there is no room for it now; that of one that is too large. */
  readonly add: (
    org: string,
    expected: number,
    epoch: number,
    commit: Commit,
  ) => number | false | { readonly bytes: number }
  /** What was gathered, in a buffer of its own; gathers anew from then on. */
  readonly take: () => ArrayBuffer
}

export const makeEncoder = (capacityBytes: number): Encoder => {
  const bytes = Buffer.from(new ArrayBuffer(capacityBytes))
  const numbers = new Float64Array(bytes.buffer)
  let used = 0
  return {
    add: (org, expected, epoch, commit) => {
      const textAt = used + (HEADER_NUMBERS + RECORD_NUMBERS * commit.length) * NUMBER_BYTES
      if (textAt > capacityBytes) return used > 0 ? false : { bytes: textAt }
      let at = used / NUMBER_BYTES + HEADER_NUMBERS
      let text = org
      for (const { event, decision } of commit) {
        // `undefined` is left out of JSON; this copies far faster than taking a property away.
        const envelope = JSON.stringify({ ...event, data: undefined })
        const data = JSON.stringify(event.data) as string | undefined
        const encoded = decision === undefined ? undefined : JSON.stringify(decision)
        numbers[at++] = Date.parse(event.time)
        numbers[at++] = event.id.length
        numbers[at++] = event.source.length
        numbers[at++] = event.type.length
        numbers[at++] = event.subject?.length ?? ABSENT
        numbers[at++] = event.correlationid.length
        numbers[at++] = decision?.verdict.length ?? ABSENT
        numbers[at++] = envelope.length
        numbers[at++] = data?.length ?? ABSENT
        numbers[at++] = encoded?.length ?? ABSENT
        text += event.id + event.source + event.type
        if (event.subject !== undefined) text += event.subject
        text += event.correlationid
        if (decision !== undefined) text += decision.verdict
        text += envelope
        if (data !== undefined) text += data
        if (encoded !== undefined) text += encoded
      }
      // A code unit needs three bytes at most; only what might be too large is measured.
      const most = textAt - used + text.length * 3
      if (most > MAX_COMMIT_BYTES) {
        const exactly = textAt - used + Buffer.byteLength(text)
        if (exactly > MAX_COMMIT_BYTES) return { bytes: exactly }
      }
      if (used + Math.min(most, MAX_COMMIT_BYTES) > capacityBytes) return false
      const textBytes = bytes.write(text, textAt, "utf8")
      const size = Math.ceil((textAt + textBytes - used) / NUMBER_BYTES) * NUMBER_BYTES
      numbers.set([size, commit.length, expected, epoch, org.length, textBytes], used / NUMBER_BYTES)
      used += size
      return size
    },
    take: () => {
      const taken = bytes.buffer.slice(0, used)
      used = 0
      return taken as ArrayBuffer
    },
  }
}

/** The commits of a buffer that an {@link Encoder} gathered. */
export const decodeCommits = (buffer: ArrayBuffer): ReadonlyArray<EncodedCommit> => {
  const bytes = Buffer.from(buffer)
  const numbers = new Float64Array(buffer)
  const commits: Array<EncodedCommit> = []
  for (let start = 0; start < bytes.length;) {
    let at = start / NUMBER_BYTES
    const size = numbers[at++]!
    const count = numbers[at++]!
    const expected = numbers[at++]!
    const epoch = numbers[at++]!
    const orgLength = numbers[at++]!
    const textBytes = numbers[at++]!
    const textAt = start + (HEADER_NUMBERS + RECORD_NUMBERS * count) * NUMBER_BYTES
    const text = bytes.toString("utf8", textAt, textAt + textBytes)
    let from = 0
    const take = (length: number): string => text.slice(from, (from += length))
    const takeOptional = (length: number): string | null => (length === ABSENT ? null : take(length))
    const org = take(orgLength)
    const records: Array<EncodedRecord> = []
    for (let index = 0; index < count; index++) {
      records.push({
        time: numbers[at++]!,
        id: take(numbers[at++]!),
        source: take(numbers[at++]!),
        type: take(numbers[at++]!),
        subject: takeOptional(numbers[at++]!),
        correlationid: take(numbers[at++]!),
        verdict: takeOptional(numbers[at++]!),
        envelope: take(numbers[at++]!),
        data: takeOptional(numbers[at++]!),
        decision: takeOptional(numbers[at++]!),
      })
    }
    commits.push({ org, expected, epoch, records })
    start += size
  }
  return commits
}

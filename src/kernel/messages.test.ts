import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { definitionsFrom } from "../../test/support/definitions.ts"
import type { MessagePosted } from "../domain/builtins.ts"
import { keptText } from "./keptText.ts"
import { MAX_MENTIONS } from "./mentions.ts"
import { MAX_MESSAGE_CHARACTERS, writtenMessage } from "./messages.ts"

const names = Array.from({ length: 70 }, (_, index) => `member-${index}`)
const definitions = definitionsFrom(
  `organization: "@crowd"\nmembers:\n${names.map((name) => `  - { human: ${name} }\n`).join("")}`,
)

const write = (data: MessagePosted, author = "member-0") => {
  const actor = { name: author, kind: "human" as const, roles: [] }
  const { data: written, keep } = writtenMessage({ type: "message.posted", actor, data }, definitions, "@crowd")
  return { message: written as MessagePosted, keep }
}

describe("a message as it is written", () => {
  it("is as it was where it is short and means nobody", () => {
    const data = { channel: "general", text: "hello, @nobody" }
    expect(write(data)).toEqual({ message: data, keep: undefined })
  })

  it("means neither its author nor whom it goes to anyway", () => {
    const { message } = write({ to: "member-1", text: "@member-0 @member-1 @member-2" })
    expect(message.mentions).toEqual(["member-2"])
  })

  it("says how many it means beyond its bound", () => {
    const { message } = write({ channel: "general", text: "@all" })
    expect(message.mentions).toEqual(names.slice(1, MAX_MENTIONS + 1))
    expect(message.unmentioned).toBe(names.length - 1 - MAX_MENTIONS)
  })

  it("keeps a long text whole elsewhere, and of it a beginning that is still text", () => {
    const long = fc.array(fc.constantFrom("a", "é", "💥", "\n"), { minLength: 1, maxLength: 40 }).map((pieces) =>
      pieces
        .join("")
        .repeat(MAX_MESSAGE_CHARACTERS + 40)
        .slice(0, MAX_MESSAGE_CHARACTERS + 40)
        .toWellFormed(),
    )
    fc.assert(
      fc.property(long, (text) => {
        const { message, keep } = write({ channel: "general", text })
        expect(keep).toEqual(keptText(text))
        expect(message).toMatchObject({ resource: keep!.hash, bytes: Buffer.byteLength(text) })
        expect(message.text.isWellFormed()).toBe(true)
        expect(message.text.length).toBeLessThanOrEqual(MAX_MESSAGE_CHARACTERS)
        expect(message.text.length).toBeGreaterThanOrEqual(MAX_MESSAGE_CHARACTERS - 1)
        expect(text.startsWith(message.text.slice(0, -1))).toBe(true)
      }),
    )
    const exact = "x".repeat(MAX_MESSAGE_CHARACTERS)
    expect(write({ channel: "general", text: exact }).message).toEqual({ channel: "general", text: exact })
  })
})

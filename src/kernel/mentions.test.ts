import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { mentionsIn, namesIn } from "./mentions.ts"

const members = new Map(["dana", "erik", "code-reviewer", "worker"].map((name) => [name, {}]))

describe("names in a text", () => {
  it.each([
    ["@dana please", ["dana"]],
    ["(@dana), @erik: and “@code-reviewer”.", ["dana", "erik", "code-reviewer"]],
    ["@Dana! @DANA?", ["dana"]],
    ["@dana.\n@erik", ["dana", "erik"]],
    ["ask @dana/@erik", []],
    ["dana@example.org, x.@dana, é@dana, _@dana, @@dana", []],
    ["@dana@example.org @dana.example @dana_ @danaé @dana-", []],
    ["@team/no-friday https://example.org/@dana ?u=@dana", []],
    ["`@dana` and ``a ` @erik`` but ` @worker", ["worker"]],
    ["before @dana\n```ts\n@erik\n```\nafter @worker", ["dana", "worker"]],
    ["~~~\n@dana\n```\n@erik\n~~~\n@worker", ["worker"]],
    ["````\n@dana\n```\n@erik\n````  \n@worker", ["worker"]],
    ["```\n@dana never closed", []],
    ["``` not a fence ``` @dana", ["dana"]],
    ["    ```\n@dana", ["dana"]],
    ["@", []],
    ["", []],
  ])("%j", (text, names) => expect(namesIn(text)).toEqual(names))

  it("are found wherever they stand between words, and nowhere in code", () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}$/)
    const word = fc.stringMatching(/^[a-zA-Z,.!?;]{0,8}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, name, fc.boolean())), (pieces) => {
        const text = pieces.map(([before, one, code]) => `${before} ${code ? `\`@${one}\`` : `@${one}`} `).join("\n")
        const plain = pieces.filter(([, , code]) => !code).map(([, one]) => one)
        expect(namesIn(text)).toEqual([...new Set(plain)])
        expect(namesIn(`\`\`\`\n${text}\n\`\`\``)).toEqual([])
      }),
    )
  })

  it("of any text stand in it after an @, and are lower case", () => {
    const text = fc.string({
      unit: fc.constantFrom("@", "`", "~", "\n", " ", "a", "B", "-", ".", "é", "😀"),
      maxLength: 80,
    })
    fc.assert(
      fc.property(text, (given) => {
        for (const name of namesIn(given)) {
          expect(given.toLowerCase()).toContain(`@${name}`)
          expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
        }
      }),
    )
  })

  it("take time in proportion to the text", () => {
    const hard = [
      "@".repeat(200_000),
      "@a-".repeat(80_000),
      `@${"a".repeat(200_000)}_`,
      Array.from({ length: 600 }, (_, n) => "`".repeat(n + 1)).join("@a "),
    ]
    for (const text of hard) expect(namesIn(text).length).toBeLessThanOrEqual(1)
  }, 2_000)
})

describe("members that a text means", () => {
  it("are those of the organization", () => {
    expect(mentionsIn("@erik @nobody @dana @erik", members)).toEqual(["erik", "dana"])
    expect(mentionsIn("@erik @dana", members, ["erik"])).toEqual(["dana"])
    expect(mentionsIn("@constructor @all-of-you", members)).toEqual([])
  })

  it("are all of them for @all, unless one is called so", () => {
    expect(mentionsIn("@worker and @all", members, ["dana"])).toEqual(["worker", "erik", "code-reviewer"])
    expect(mentionsIn("@all", new Map([...members, ["all", {}]]))).toEqual(["all"])
  })
})

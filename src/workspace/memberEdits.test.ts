import { describe, expect, it } from "vitest"
import { parseFile } from "../language/load.ts"
import { addMember, memberIn, replaceMember } from "./memberEdits.ts"

const TEAM = `# Who works here.
organization: "@team"
members: # by name
    - { human: dana, roles: [lead] }   # the first
    # the next one
    - human: erin

    - agent: coder
      prompt: >-
        Write
        code.
channels: ["talk"]
---
organization: "@other"
members: []
`
const membersOf = (text: string | undefined, org: string) => {
  const { organizations, diagnostics } = parseFile("organizations/team.yaml", text ?? "")
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([])
  return organizations.find(({ id }) => id === org)!.members.map(({ name }) => name)
}

describe("a member", () => {
  it("is added behind the last one, and nothing else changes", () => {
    const text = addMember(TEAM, "@team", { human: "fred", roles: ["lead", "guest"] })
    expect(text).toBe(TEAM.replace("        code.\n", "        code.\n    - { human: fred, roles: [lead, guest] }\n"))
    expect(membersOf(text, "@team")).toEqual(["dana", "erin", "coder", "fred"])
  })

  it("is added to an empty list, a list on one line, and at the very end of a file", () => {
    expect(membersOf(addMember(TEAM, "@other", { human: "hugo" }), "@other")).toEqual(["hugo"])
    const line = 'organization: "@a"\nmembers: [{ human: x }]\n'
    expect(membersOf(addMember(line, "@a", { human: "y" }), "@a")).toEqual(["x", "y"])
    const end = 'organization: "@a"\nmembers:\n- human: x'
    expect(addMember(end, "@a", { human: "y" })).toBe(`${end}\n- { human: y }\n`)
  })

  it("with maps of its own stands on lines of its own", () => {
    const agent = { agent: "helper", roles: ["helper"], executor: { kind: "command", run: ["./a.sh", "b c"] } }
    const text = addMember(TEAM, "@team", agent)!
    expect(text).toContain(
      "    - agent: helper\n      roles: [helper]\n      executor:\n        kind: command\n        run: [./a.sh, b c]\n",
    )
    expect(memberIn(text, "@team", "helper")).toEqual(agent)
  })

  it("is changed and taken out, and comments stay", () => {
    const changed = replaceMember(TEAM, "@team", "coder", { agent: "coder", roles: ["writer"] })!
    expect(memberIn(changed, "@team", "coder")).toEqual({ agent: "coder", roles: ["writer"] })
    const gone = replaceMember(TEAM, "@team", "coder", undefined)
    expect(membersOf(gone, "@team")).toEqual(["dana", "erin"])
    for (const text of [changed, gone])
      for (const comment of ["# Who works here.", "# by name", "# the first", "# the next one"])
        expect(text).toContain(comment)
  })

  it("is changed, and nobody else's lines are", () => {
    const text = `organization: "@team"
members:
    - { human: dana,  roles: [lead] }   # the first
    -   agent: coder
        roles: [ a, b ] # both
        # why
        prompt: x

    - { agent: zed, roles: [q] } # the last
    # one more
channels: [ 'talk' ]
`
    const coder = memberIn(text, "@team", "coder")!
    expect(replaceMember(text, "@team", "coder", { ...coder, prompt: "y" })).toBe(
      text.replace("prompt: x", "prompt: y"),
    )
    expect(replaceMember(text, "@team", "coder", { ...coder, limits: { tools: ["t"] } })).toBe(
      text.replace("prompt: x\n", "prompt: x\n        limits:\n          tools: [t]\n"),
    )
    expect(replaceMember(text, "@team", "zed", { agent: "zed", roles: ["q"], prompt: "z" })).toBe(
      text.replace("[q] }", "[q], prompt: z }"),
    )
    expect(replaceMember(text, "@team", "zed", undefined)).toBe(
      text.replace("    - { agent: zed, roles: [q] } # the last\n", ""),
    )
    const alone = 'organization: "@a"\nmembers:\n  - human: x # me\n'
    expect(replaceMember(alone, "@a", "x", undefined)).toContain("members: []")
  })

  it("on one line with others is changed, and the spaces within brackets stay", () => {
    const line = 'organization: "@a"\nmembers: [{ agent: x }, {human: y, roles: [r]}]\n'
    expect(replaceMember(line, "@a", "x", { agent: "x", prompt: "p" })).toBe(line.replace("x }", "x, prompt: p }"))
  })

  it("of nobody's, or of no organization's, is none", () => {
    expect(replaceMember(TEAM, "@team", "zoe", undefined)).toBeUndefined()
    expect(addMember(TEAM, "@nowhere", { human: "x" })).toBeUndefined()
    expect(memberIn(TEAM, "@team", "zoe")).toBeUndefined()
  })
})

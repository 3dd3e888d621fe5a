import { describe, expect, it } from "vitest"
import { formatDiagnostic } from "../domain/diagnostic.ts"
import { checkSet, parseFile } from "./load.ts"
import { EFFECT_NAMES } from "./schemas/effects.ts"

const head = 'contract: c\nscope: "@team"\non: deploy.requested\n'
const errorsOf = (text: string, file = "c.yaml") => parseFile(file, text).diagnostics.map(formatDiagnostic)
const effect = (text: string) => {
  const parsed = parseFile("c.yaml", `${head}then:\n  - ${text}\n`)
  expect(parsed.diagnostics).toEqual([])
  return parsed.contracts[0]!.then[0]!
}

describe("a file", () => {
  it("holds several documents, and is hashed as text", () => {
    const parsed = parseFile("a.yaml", `${head}then: allow\n---\n${head.replace(": c", ": d")}then: allow\n`)
    expect(parsed.contracts.map(({ fullName, position }) => [fullName, position.line])).toEqual([
      ["@team/c", 1],
      ["@team/d", 6],
    ])
    expect(parsed.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(parseFile("a.yaml", "")).toMatchObject({ contracts: [], diagnostics: [] })
  })

  it("is JSON, too, with its keys in any order", () => {
    const contract = { description: "x", then: ["allow"], on: "deploy.requested", scope: "@team", contract: "c" }
    expect(parseFile("c.json", JSON.stringify(contract)).contracts[0]?.fullName).toBe("@team/c")
  })

  it("keeps the sound documents beside a bad one", () => {
    const parsed = parseFile("a.yaml", `${head}then: allow\n---\n${head}then: alow\n`)
    expect(parsed.contracts).toHaveLength(1)
    expect(parsed.diagnostics.map(({ line, code, suggestion }) => ({ line, code, suggestion }))).toEqual([
      { line: 9, code: "unknown-effect", suggestion: 'Did you mean "allow"?' },
    ])
  })

  it("gives nothing from a document that had to be repaired to be read", () => {
    expect(parseFile("a.yaml", head.replace('"@team"', "@team") + "then: allow\n").contracts).toEqual([])
  })

  it('takes `dana` and `"@dana"` for the same member, and another comment for the same version', () => {
    const version = (owner: string) =>
      parseFile("a.yaml", `${head}then: allow\nowner: ${owner}\n`).contracts[0]!.version
    expect(version('"@dana"')).toBe(version("dana # the lead"))
    expect(version("dana")).not.toBe(version("erin"))
  })
})

describe("effects", () => {
  it("fills in what the file leaves out", () => {
    expect(effect("require_votes(majority, org.humans)")).toEqual({
      effect: "require_votes",
      from: [{ kind: "humans", scope: false }],
      resolution: { kind: "majority" },
      of: "electorate",
      within: 86_400_000,
      otherwise: "deny",
      self: false,
    })
    expect(effect("limit(10, 1h)")).toEqual({
      effect: "limit",
      max: 10,
      within: 3_600_000,
      per: [],
      cost: 1,
      algorithm: "sliding",
      otherwise: "deny",
    })
    expect(effect("limit: { max: 4, within: 1h, algorithm: gcra }")).toMatchObject({ burst: 4 })
  })

  it("reads every kind of selector", () => {
    expect(
      effect(
        'notify: { to: [dana, "@erin", role:lead, scope.role:lead, human, scope.agents, actor.creator, alice@global, channel:a, "#b"], message: x }',
      ),
    ).toMatchObject({
      to: [
        { kind: "member", name: "dana" },
        { kind: "member", name: "erin" },
        { kind: "role", role: "lead", scope: false },
        { kind: "role", role: "lead", scope: true },
        { kind: "humans", scope: false },
        { kind: "agents", scope: true },
        { kind: "creator" },
        { kind: "member", name: "alice@global" },
        { kind: "channel", name: "a" },
        { kind: "channel", name: "b" },
      ],
    })
  })

  it("keeps quotes, commas and parentheses inside a call's texts", () => {
    expect(effect(String.raw`deny("say \"no\", (and 'why')")`)).toEqual({
      effect: "deny",
      reason: `say "no", (and 'why')`,
    })
    expect(effect("deny('it''s late')")).toEqual({ effect: "deny", reason: "it's late" })
    expect(effect("deny(not on Fridays)")).toEqual({ effect: "deny", reason: "not on Fridays" })
  })

  it("places an error inside a call at the argument", () => {
    expect(errorsOf(`${head}then:\n  - 'require_votes(2, org.humens, within: 2x)'\n`)).toEqual([
      expect.stringMatching(/^c\.yaml:5:23 .*Did you mean "org\.humans"\? \[unknown-selector\]$/),
      expect.stringMatching(/^c\.yaml:5:43 .*\[wrong-duration\]$/),
    ])
  })

  it("suggests each effect for a slip in its name", () => {
    for (const name of EFFECT_NAMES) {
      const slip = `${name.slice(0, 2)}${name.slice(3)}`
      expect(errorsOf(`${head}then: ${slip}\n`)[0]).toContain(`Did you mean "${name}"?`)
    }
  })

  it("refuses brackets nested without end", () => {
    expect(errorsOf(`${head}then: 'route(${"[".repeat(10_000)})'\n`)).toHaveLength(1)
  })
})

describe("contract tests", () => {
  it("reads steps and expectations", () => {
    const text = `
organization: "@team"
members: [{ human: dana }]
at: 2026-11-20T10:00:00Z
cases:
  - name: waits
    given:
      - { repeat: 3, event: { type: deploy.requested, actor: "@coder" } }
    event: { type: deploy.requested, actor: coder, data: { environment: production } }
    expect: { verdict: hold, contracts: [a], tasks: [], emits: [b.c], reason: votes, error: false, state: active }
    then:
      - { vote: approve, by: "@dana", in: a, expect: { verdict: hold } }
      - { cancel: true, by: coder }
      - { after: 24h, expect: { verdict: expired } }
`
    const { tests, diagnostics } = parseFile("a.test.yaml", text)
    expect(diagnostics).toEqual([])
    expect(tests[0]).toMatchObject({
      organization: "@team",
      file: "a.test.yaml",
      at: Date.UTC(2026, 10, 20, 10),
      members: [{ name: "dana", kind: "human" }],
      cases: [
        {
          name: "waits",
          given: [{ kind: "event", repeat: 3, event: { type: "deploy.requested", actor: "coder" } }],
          expect: {
            verdict: "hold",
            contracts: ["a"],
            tasks: [],
            emits: ["b.c"],
            reason: "votes",
            error: false,
            state: "active",
          },
          then: [
            { kind: "vote", choice: "approve", by: "dana", in: "a", expect: { verdict: "hold" } },
            { kind: "cancel", by: "coder" },
            { kind: "after", after: 86_400_000, expect: { verdict: "expired" } },
          ],
        },
      ],
    })
  })
})

describe("whose a file is", () => {
  const concerns = (text: string) => parseFile("c.yaml", text).concerns
  const at = (scope: string, then: string) => `contract: c\nscope: "${scope}"\non: a.b\nthen: ${then}\n`

  it("is what its documents say, wrong or not", () => {
    const organization = 'organization: "@b"\nmembers: [{ humn: dana }]\n'
    expect(concerns(`${at("@a", "allow")}---\n${organization}---\n${at("@c", "[allow")}`)).toEqual(
      new Set(["@a", "@b", "@c"]),
    )
    expect(parseFile("c.test.yaml", 'organization: "@a"\ncases: [{ nme: x }]\n').concerns).toEqual(new Set(["@a"]))
    expect(concerns("# nothing yet\n")).toEqual(new Set())
  })

  it.each([
    ["is no document of the language", "some words\n"],
    ["does not name its scope", "contract: c\non: a.b\nthen: allow\n"],
    ["names no organization", at("a", "allow")],
    ["is beyond repair", "@a: {\n"],
    ["is nested too deep", `${at("@a", "allow")}x: ${"[".repeat(100)}\n`],
  ])("cannot be told where one %s", (_, text) => {
    expect(concerns(`${at("@a", "allow")}---\n${text}`)).toBeUndefined()
  })
})

describe("a set of files", () => {
  const team = parseFile("team.yaml", 'organization: "@team"\nmembers: [{ human: dana, roles: [lead] }]\n')

  it("rejects both files of two contracts with one name", () => {
    const files = ["a.yaml", "b.yaml"].map((file) => parseFile(file, `${head}then: allow\n`))
    expect(checkSet([team, ...files]).map(({ file, code }) => `${file} ${code}`)).toEqual([
      "a.yaml duplicate-contract",
      "b.yaml duplicate-contract",
    ])
  })

  it("rejects both organizations of one secret", () => {
    const organization = (name: string) =>
      parseFile(
        `${name}.yaml`,
        `organization: "@${name}"\nmembers: []\nwebhooks: [{ source: github, secret: "\${{ env.S }}" }]\n`,
      )
    expect(checkSet([organization("a"), organization("b")]).map(({ file, code }) => `${file} ${code}`)).toEqual([
      "a.yaml shared-secret",
      "b.yaml shared-secret",
    ])
  })

  it("finds shared conditions in the scope, its parents and @global, and nowhere else", () => {
    const organization = (id: string, extra: string) =>
      parseFile(`${id}.yaml`, `organization: "@${id}"\nmembers: []\n${extra}`)
    const condition = (name: string) => `conditions: { ${name}: { data.x: 1 } }\n`
    const files = [
      organization("global", condition("everywhere")),
      organization("above", condition("inherited")),
      organization("team", `parent: "@above"\n${condition("own")}`),
      organization("other", condition("foreign")),
    ]
    const codes = (name: string) =>
      checkSet([...files, parseFile("c.yaml", `${head}when: { condition: ${name} }\nthen: allow\n`)]).map(
        ({ code, line }) => `${line} ${code}`,
      )
    for (const name of ["own", "inherited", "everywhere"]) expect(codes(name)).toEqual([])
    expect(codes("foreign")).toEqual(["4 unknown-condition"])
  })

  it("concludes nothing from what an unreadable organization does not say", () => {
    const broken = parseFile("team.yaml", 'organization: "@team"\nmembers: [{ humn: dana }]\n')
    const contract = parseFile("c.yaml", `${head}then: require_approval(role:lead)\n`)
    expect(checkSet([broken, contract])).toEqual([])
    expect(checkSet([team, contract])).toEqual([])
    const empty = parseFile("team.yaml", 'organization: "@team"\nmembers: []\n')
    expect(checkSet([empty, contract]).map(({ code }) => code)).toEqual(["unknown-role"])
  })

  it("looks for members of all organizations that a contract binds", () => {
    const below = parseFile(
      "below.yaml",
      'organization: "@below"\nparent: "@team"\nmembers: [{ agent: coder, roles: [tester] }]\n',
    )
    const contract = parseFile("c.yaml", `${head}then: [route(coder), require_approval(role:tester)]\n`)
    expect(checkSet([team, below, contract]).filter(({ severity }) => severity === "error")).toEqual([])
    expect(checkSet([team, contract]).map(({ code }) => code)).toEqual(["unknown-member", "unknown-role"])
  })
})

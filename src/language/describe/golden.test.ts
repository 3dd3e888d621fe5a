/** Whole texts, to be read; `vitest -u` writes them anew. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseFile } from "../load.ts"
import { describeContract } from "./describeContract.ts"
import { LINE_COLUMNS } from "./prose.ts"
import { describeSet } from "./describeSet.ts"

const path = new URL("golden/contracts.yaml", import.meta.url)
const { contracts, organizations, diagnostics } = parseFile("contracts/contracts.yaml", readFileSync(path, "utf8"))
const byId = new Map(organizations.map((organization) => [organization.id, organization]))

describe("golden texts", () => {
  it("are of sound files", () => {
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([])
    expect(contracts).toHaveLength(15)
  })

  it("of a set", async () => {
    await expect(`${describeSet(contracts, byId)}\n`).toMatchFileSnapshot("golden/set.txt")
  })

  it("of contracts alone", async () => {
    const texts = contracts.map((contract) => describeContract(contract))
    await expect(`${texts.join("\n\n")}\n`).toMatchFileSnapshot("golden/contracts.txt")
  })

  it("fit the line", () => {
    const lines = describeSet(contracts, byId).split("\n")
    expect(lines.filter((line) => line.length > LINE_COLUMNS)).toEqual([])
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([])
  })

  it("are the same for another notation of the same rule", () => {
    const one = `
contract: x
scope: "@a"
on: deploy.requested
when: { data.environment: production }
then:
  - require_votes(2, org.humans)
  - limit(10, 1h, actor)
  - deny("no")
  - route(@reviewer, @coder)
`
    const other = `
contract: x
scope: "@a"
on: [deploy.requested]
when: { all: [{ fact: data, path: environment, operator: equal, value: production }] }
then:
  - require_votes: { from: [org.humans], approvals: 2, within: 1d, self: false }
  - limit: { max: 10, within: 60m, per: [actor], otherwise: deny }
  - deny: "no"
  - route: { to: [reviewer, coder], as: sequence }
`
    const [left, right] = [one, other].map((text) =>
      parseFile("contracts/x.yaml", text).contracts.map((c) => describeContract(c)),
    )
    expect(left).toHaveLength(1)
    expect(left).toEqual(right)
  })
})

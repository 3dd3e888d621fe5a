/** What a webhook takes from the daemon's environment is the operator's to give: whatever a member asks for, and contracts allow. */
import { afterEach, describe, expect, it } from "vitest"
import type { AcceptedEdit, EditView } from "../../src/service/views/changes.ts"
import { Household } from "../support/Household.ts"
import { approve, change, deny, ended, propose } from "./people.ts"
import { accept, waitsForTheOperator } from "./operators.ts"

const FILE = "organizations/other.yaml"
const HOOK = '  - { source: github, secret: "${{ env.OTHER_SECRET }}" }\n'
const TEXT = `organization: "@other"
members:
  - { human: hugo }
  - { human: ines }
webhooks:
${HOOK}`
const PLAIN = TEXT.replace(/webhooks:[^]*/, "")
const STOLEN = TEXT.replace("OTHER_SECRET", "OPERATORS_OWN")

let house: Household | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})
const open = async (more: Readonly<Record<string, string>> = {}, options: Parameters<typeof Household.open>[1] = {}) =>
  (house = await Household.open({ [FILE]: TEXT, ...more }, options))

describe("a member who names a variable of the environment", { timeout: 60_000 }, () => {
  it.each([
    ["in place of another one", TEXT, { [FILE]: STOLEN }, ["environment", "webhooks"]],
    [
      "beside it",
      TEXT,
      { [FILE]: `${TEXT}  - { source: ci, secret: "\${{env.OPERATORS_OWN}}" }\n` },
      ["environment", "webhooks"],
    ],
    ["for the first webhook", PLAIN, { [FILE]: STOLEN }, ["environment", "webhooks"]],
    [
      "that is another organization's, which it leaves, for one of his own making",
      TEXT,
      { [FILE]: PLAIN, "organizations/mine.yaml": TEXT.replace("@other", "@mine") },
      ["environment", "default", "members", "webhooks", "channels", "timezone"],
    ],
  ])("%s waits for the operator", async (_, before, files, aspects) => {
    const at = await open({ [FILE]: before })
    const asked = await propose(at, "@hugo", files)
    const own = asked.requests.findIndex(({ org }) => org === "@other")
    waitsForTheOperator({ ...asked, requests: [asked.requests[own]!] })
    expect(new Set(asked.aspects)).toMatchObject(new Set(aspects))
    expect(at.read(FILE)).toBe(before)
    for (const who of ["@hugo", "@ines"]) expect(await approve(at, asked, "@other", who)).toBe(403)
    expect(await change(at, asked.change)).toMatchObject({ state: "waiting" })
  })

  it("has it at the operator's word, who is told which it is", async () => {
    const at = await open()
    const asked = await propose(at, "@hugo", { [FILE]: STOLEN })
    expect(asked.meaning.join("\n")).toContain("webhooks from github are verified with OPERATORS_OWN")
    const { warnings } = await at.get<{ readonly warnings: ReadonlyArray<string> }>("/v1/status")
    expect(warnings).toContainEqual(expect.stringContaining(`charter accept ${asked.requests[0]!.proposals![0]}`))
    await accept(at, asked)
    expect(await ended(at, asked.change)).toMatchObject({ state: "changed" })
    expect(at.read(FILE)).toBe(STOLEN)
  })

  it("waits whatever a contract allows, and by the door of events, too", async () => {
    const free = 'contract: all-is-well\nscope: "@other"\non: contract.change.requested\nthen: allow\n'
    const at = await open({ "contracts/free.yaml": free })
    const data = { files: { [FILE]: STOLEN }, aspects: [], deciding: ["@other"] }
    expect(await at.publish("contract.change.requested", data, { as: "@hugo", org: "@other" })).toMatchObject({
      status: 202,
      verdict: "hold",
      contracts: ["charter/changes"],
    })
    expect(at.read(FILE)).toBe(TEXT)
  })

  it("needs what contracts ask for as well", async () => {
    const two = 'contract: ines-looks\nscope: "@other"\non: contract.change.requested\nthen: require_approval(@ines)\n'
    const at = await open({ "contracts/two.yaml": two })
    const asked = await propose(at, "@hugo", { [FILE]: STOLEN })
    waitsForTheOperator(asked, ["@other/ines-looks", "charter/changes"])
    expect(await deny(at, asked, "@other", "@ines")).toBe(200)
    expect(await ended(at, asked.change)).toMatchObject({ state: "denied" })
  })

  it("accepts no edit on disk that does so", async () => {
    const at = await open({}, { diskEdits: "confirm" })
    at.write(FILE, STOLEN)
    const edits = async () => (await at.get<{ readonly items: ReadonlyArray<EditView> }>("/v1/edits")).items
    await at.until(async () => (await edits()).length === 1)
    const [{ edit } = { edit: "" }] = await edits()
    const token = await at.token("@hugo")
    const by = await at.daemon.call("POST", `/v1/edits/${edit}/accept`, { token, json: {} })
    expect((by.json as AcceptedEdit).change).toMatchObject({ state: "waiting", aspects: ["environment", "webhooks"] })
    expect((await at.daemon.call("POST", `/v1/edits/${edit}/accept`, { json: {} })).status).toBe(200)
  })
})

describe("nobody waits", { timeout: 60_000 }, () => {
  it.each([
    ["by changing the rest of the organization", { [FILE]: `${TEXT}channels: [talk]\n` }],
    ["by spacing it otherwise", { [FILE]: TEXT.replace("{{ env.OTHER_SECRET }}", "{{env.OTHER_SECRET}}") }],
    ["by another source of the same secret", { [FILE]: TEXT.replace("github", "ci") }],
    ["by moving it to another file", { [FILE]: null, "organizations/moved.yaml": TEXT }],
    ["by removing it", { [FILE]: PLAIN }],
  ])("%s", async (_, files) => {
    const at = await open()
    const asked = await propose(at, "@hugo", files)
    expect(asked).toMatchObject({ state: "changed", deciding: ["@other"] })
    expect(asked.aspects).not.toContain("environment")
  })

  it("as the operator", async () => {
    const at = await open()
    expect(await propose(at, "operator", { [FILE]: STOLEN })).toMatchObject({ state: "changed" })
    expect(at.read(FILE)).toBe(STOLEN)
  })
})

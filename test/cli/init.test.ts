/** A workspace that charter init has made. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Ajv2020 } from "ajv/dist/2020.js"
import { afterAll, describe, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { Shell } from "./charter.ts"

const shell = new Shell({})
afterAll(() => shell.close())

const USER = { env: { USER: "dana.o'hara" } }
const folder = join(shell.workspace, "Our Team!")

describe("charter init", () => {
  it("makes a workspace, and says what to do next", async () => {
    const made = await shell.run(["init", "Our Team!"], USER)
    expect(made, made.stderr).toMatchObject({ code: 0, stderr: "" })
    expect(made.stdout).toMatch(/made {2}organizations\/our-team\.yaml[^]*cd 'Our Team!'[^]*charter up/)
    expect(readFileSync(join(folder, "organizations/our-team.yaml"), "utf8")).toContain('human: "dana-o-hara"')
    expect(readdirSync(folder).toSorted()).toEqual([".gitignore", "contracts", "organizations", "schemas"])
  })

  it.runIf(process.platform === "linux")("ends where no folder can be made, and so does charter up", async () => {
    expect(await shell.run(["init", "/proc/nope"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("/proc takes no folders"),
    })
    for (const more of [[], ["--foreground"]])
      expect(await shell.run(["up", "--data", "/proc/nope", ...more], { cwd: folder })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("The data folder cannot be made: /proc takes no folders"),
      })
  })

  it("in which nothing is wrong, and whose tests decide every condition both ways", async () => {
    const at = { cwd: folder }
    expect(await shell.run(["lint"], at)).toMatchObject({ code: 0, stdout: "3 files: no errors, no warnings\n" })
    const tested = await shell.run(["test"], at)
    expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining("and every condition") })
    expect((await shell.run(["describe"], at)).stdout).toContain("anyone with the role lead")
  })

  it("whose files name a schema that lies beside them, and fit it", () => {
    for (const file of ["organizations/our-team.yaml", "contracts/deploys.yaml", "contracts/deploys.test.yaml"]) {
      const path = join(folder, file)
      const text = readFileSync(path, "utf8")
      const schema = join(dirname(path), /^# yaml-language-server: \$schema=(.+)$/m.exec(text)![1]!)
      expect(existsSync(schema), schema).toBe(true)
      const fits = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(schema, "utf8")) as object)
      for (const document of parseAllDocuments(text))
        expect(fits(document.toJS()), JSON.stringify(fits.errors)).toBe(true)
    }
  })

  it("never writes over what is there", async () => {
    expect(await shell.run(["init"], { cwd: folder })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/is a workspace already[^]*Nothing was changed[^]*charter lint/),
    })
    const other = join(shell.root, "other")
    mkdirSync(join(other, "schemas"), { recursive: true })
    for (const name of [".gitignore", "schemas/contract.schema.json"]) writeFileSync(join(other, name), "mine")
    const beside = await shell.run(["init", other, "--json"], USER)
    expect(beside.json()).toMatchObject({ workspace: other, kept: [".gitignore", "schemas/contract.schema.json"] })
    expect(readFileSync(join(other, ".gitignore"), "utf8")).toBe("mine")
  })

  it("starts, holds what the contract says, and lets its human decide", async () => {
    const at = { cwd: folder }
    expect(await shell.run(["up", "--port", "0"], at)).toMatchObject({ code: 0 })
    const publish = ["publish", "deploy.requested", "--org", "our-team", "--data", '{"environment":"production"}']
    const held = (await shell.run([...publish, "--json"], at)).json() as { verdict: string; proposals: Array<string> }
    expect(held.verdict).toBe("hold")
    const { stdout: token } = await shell.run(["token", "create", "dana-o-hara"], at)
    const approved = await shell.run(["approve", held.proposals[0]!], { ...at, env: { CHARTER_TOKEN: token } })
    expect(approved, approved.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("is let through") })
    expect(await shell.run(["down"], at)).toMatchObject({ code: 0 })
  })

  it("says why a folder cannot be one", async () => {
    const file = shell.write("file", "")
    const failed = await shell.run(["init", `${file}/team`])
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be written[^]*charter init DIR/) })
  })
})

/** The whole tree of commands: each has help with an example, answers in JSON, and ends with a code that means something. */
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Command, isFamily } from "../../src/cli/command.ts"
import { GROUPS } from "../../src/cli/groups.ts"
import { type Ran, Shell, TEAM } from "./charter.ts"

const READ = 'contract: readings\nscope: "@team"\non: text.requested\nthen: [{ route: "@dana" }]\n'
const shell = new Shell({ ...TEAM, "contracts/readings.yaml": READ })
const env: Record<string, string> = {}
const known: Record<string, string> = {}

const nameOf = ({ usage }: Command): string => usage.split(" ", 1)[0]!
const commands: ReadonlyArray<readonly [name: string, command: Command]> = GROUPS.flatMap((group) =>
  group.commands.flatMap((one) =>
    isFamily(one)
      ? one.commands.map((command) => [`${one.name} ${nameOf(command)}`, command] as const)
      : [[nameOf(one), one] as const],
  ),
)

beforeAll(async () => {
  expect(await shell.run(["up", "--port", "0"])).toMatchObject({ code: 0 })
  env["CHARTER_TOKEN"] = (await shell.run(["token", "create", "dana"])).stdout.trim()
  const held = await shell.heldDeploy()
  Object.assign(known, {
    event: held.id,
    proposal: held.proposals[0],
    another: (await shell.heldDeploy()).proposals[0],
  })
  const routed = await shell.run(["publish", "review.requested", "--org", "team", "--json"])
  known["task"] = (routed.json() as { readonly tasks: ReadonlyArray<string> }).tasks[0]!
  for (const name of ["own", "lost"]) {
    const { tasks } = (await shell.run(["publish", "text.requested", "--org", "team", "--json"])).json() as {
      readonly tasks: ReadonlyArray<string>
    }
    known[name] = tasks[0]!
  }
  await shell.run(["doc", "write", "plan.md", "--org", "team"], { input: "a plan\n" })
  known["hash"] = (await shell.run(["resource", "put", "--org", "team"], { input: "a text" })).stdout.trim()
})
afterAll(() => shell.close())

/** With these a command does what it is for; another one is given a word for each argument that it needs. */
const GIVEN: Readonly<Record<string, () => ReadonlyArray<string>>> = {
  init: () => [join(shell.root, "another")],
  completion: () => ["bash"],
  publish: () => ["note.taken", "--org", "team"],
  explain: () => [known["event"]!],
  replay: () => [known["event"]!],
  state: () => ["team"],
  "contracts show": () => ["reviews"],
  "proposals show": () => [known["proposal"]!],
  approve: () => [known["proposal"]!],
  deny: () => [known["another"]!],
  vote: () => [known["proposal"]!, "abstain"],
  delegate: () => ["erin", "--for", "1h", "--on", "never.*"],
  "token create": () => ["erin"],
  send: () => ["erin", "hello"],
  "channel read": () => ["general"],
  "channel post": () => ["general", "hello"],
  "doc read": () => ["plan.md"],
  "doc append": () => ["plan.md", "more"],
  "doc write": () => ["new.md"],
  "resource get": () => [known["hash"]!],
  "agents info": () => ["coder"],
  "agents stop": () => ["coder@team", "--reason", "a test"],
  "agents start": () => ["coder@team"],
  "tasks show": () => [known["task"]!],
  "tasks log": () => [known["task"]!],
  "tasks progress": () => [known["own"]!, "half", "of", "it"],
  "tasks complete": () => [known["own"]!, "--result", '{"outcome":"read"}'],
  "tasks fail": () => [known["lost"]!, "no", "time"],
  backup: () => [join(shell.root, "copy.db")],
}

/** They take part in nothing here. */
const APART = ["demo"]
/** They end the daemon, or need it to have ended. */
const AT_THE_END = ["down", "rebuild", "restore"]

const wordsFor = ({ usage }: Command): ReadonlyArray<string> =>
  usage
    .split(" ")
    .slice(1)
    .flatMap((word) => (word.startsWith("<") ? ["x"] : []))

/** One that ends what another one is about comes after it. */
const LATE = ["tasks complete"]
const inOrder = [
  ...commands.filter(([name]) => ![...APART, ...LATE, ...AT_THE_END].includes(name)),
  ...commands.filter(([name]) => LATE.includes(name)),
  ...commands.filter(([name]) => AT_THE_END.includes(name)),
]

/** One value, or one on each line. */
const isJson = (text: string): boolean =>
  [[text], text.trim().split("\n")].some((parts) =>
    parts.every((part) => {
      try {
        JSON.parse(part)
        return true
      } catch {
        return false
      }
    }),
  )

describe("a command that asks the daemon", () => {
  it.each([["events"], ["status"], ["publish", "a.b"], ["inbox", "list"], ["proposals"], ["state", "team"]])(
    "%s %s loads no Effect, no schemas and no server",
    async (...words) => {
      const hook = shell.write(
        "hook.mjs",
        `import { registerHooks } from "node:module"
         registerHooks({ load: (url, context, next) => (process.stderr.write(url + "\\n"), next(url, context)) })`,
      )
      const { stderr } = await shell.run([...words, "--json"], { env, node: ["--import", hook] })
      const loaded = stderr.split("\n").filter((line) => line.startsWith("file:"))
      expect(loaded.some((url) => url.endsWith("/src/client/client.ts"))).toBe(true)
      expect(loaded.filter((url) => /node_modules\/effect|src\/(?:http|service|log|kernel)\//.test(url))).toEqual([])
    },
  )
})

describe("every command", () => {
  it.each(inOrder)("%s answers in JSON, and exits with 0, 1 or 2", async (name, command) => {
    const words = GIVEN[name]?.() ?? wordsFor(command)
    const ran: Ran = await shell.run([...name.split(" "), ...words, "--json"], { env, input: "a text" })
    const what = `${name}: ${ran.code}\n${ran.stdout}\n${ran.stderr}`
    expect([0, 1, 2], what).toContain(ran.code)
    if (name in GIVEN) expect(ran.code, what).toBe(0)
    if (ran.code < 2) expect(isJson(ran.stdout), what).toBe(true)
    else expect(ran.stderr, what).toMatch(/^error: /)
    expect(ran.stderr, what).not.toMatch(/\n\s+at |This was not expected/)
    expect(ran.stdout + ran.stderr, what).not.toContain("\u001b")
  })
})

/** The package as people get it: packed, installed with npm into an empty folder, and run outside of `npm run`. */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly version: string }
const root = mkdtempSync(join(tmpdir(), "charter package "))
const project = join(root, "a project")
/** Without the Node of this repository: the machine's, whatever its version. */
const PATH = (process.env["PATH"] ?? "")
  .split(":")
  .filter((folder) => !folder.includes("node_modules"))
  .join(":")
const environment = { ...process.env, PATH, HOME: root, XDG_STATE_HOME: join(root, "state"), TMPDIR: root }

beforeAll(() => {
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }')
  execFileSync("npm", ["pack", "--silent", "--pack-destination", root], { cwd: ROOT })
  execFileSync("npm", ["install", "--silent", join(root, `charter-${version}.tgz`)], { cwd: project })
}, 300_000)
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

const run = (program: string, ...words: ReadonlyArray<string>) =>
  spawnSync(program, words, { cwd: project, encoding: "utf8", env: environment })

const charter = () => join(project, "node_modules", ".bin", "charter")

it("says its version and its commands, also through a link in a folder of programs", () => {
  const link = join(root, "charter link")
  symlinkSync(charter(), link)
  for (const program of [charter(), link]) {
    expect(run(program, "--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" })
    expect(run(program, "--help").stdout).toContain("charter events --follow")
  }
  expect(run(charter(), "nonsense").status).toBe(2)
})

it("makes a workspace, tests it, and runs a daemon that takes an event", () => {
  expect(run(charter(), "init", "team")).toMatchObject({ status: 0 })
  const at = ["--workspace", join(project, "team")]
  expect(run(charter(), "test", ...at)).toMatchObject({ status: 0 })
  expect(run(charter(), "up", "--port", "0", ...at)).toMatchObject({ status: 0 })
  try {
    const asked = run(charter(), "publish", "deploy.requested", "--org", "@team", "--json", ...at)
    expect(JSON.parse(asked.stdout)).toMatchObject({ verdict: "allow", org: "@team" })
  } finally {
    expect(run(charter(), "down", ...at)).toMatchObject({ status: 0 })
  }
})

it.each(["SIGTERM", "SIGINT"] as const)("is one process: %s to what was started ends the daemon", async (signal) => {
  const [workspace, data] = [join(project, signal), join(root, `data ${signal}`)]
  expect(run(charter(), "init", workspace)).toMatchObject({ status: 0 })
  const words = ["up", "--foreground", "--json", "--port", "0", "--workspace", workspace, "--data", data]
  const child = spawn(charter(), words, { cwd: project, env: environment, stdio: ["ignore", "pipe", "ignore"] })
  const ended = once(child, "exit")
  try {
    let said = ""
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      said += chunk as string
      if (said.includes('"url"') && said.trimEnd().endsWith("}")) break
    }
    expect(JSON.parse(said)).toMatchObject({ pid: child.pid })
    expect(existsSync(join(data, "daemon.json"))).toBe(true)
    child.kill(signal)
    expect(await ended).toEqual([0, null])
    expect(existsSync(join(data, "daemon.json"))).toBe(false)
  } finally {
    child.kill("SIGKILL")
    await ended
  }
})

it("hands on the exit code of a daemon that cannot start", () => {
  const words = ["up", "--foreground", "--workspace", join(project, "nowhere"), "--data", join(root, "nowhere")]
  expect(run(charter(), ...words)).toMatchObject({ status: 1, stderr: expect.stringContaining("There is no folder") })
})

it("says so where a part of it is missing, also of what is started ahead", () => {
  const thread = join(project, "node_modules", "charter", "dist", "log-thread.js")
  renameSync(thread, `${thread}.away`)
  try {
    mkdirSync(join(project, "without", "contracts"), { recursive: true })
    const words = ["up", "--foreground", "--port", "0", "--workspace", "without", "--data", join(root, "without")]
    const { status, stderr } = run(charter(), ...words)
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/error: .*the writer thread failed: Cannot find module/),
    ])
  } finally {
    renameSync(`${thread}.away`, thread)
  }
})

it("plays the demo", () => {
  const { status, stdout } = run(charter(), "demo", "--fast")
  expect(stdout).toContain("Everything came out as the contracts say.")
  expect(status).toBe(0)
}, 300_000)

it("is a library whose types hold in a strict project, and whose example runs", () => {
  writeFileSync(
    join(project, "example.ts"),
    `import { Charter, type Decided } from "charter"
await using charter = await Charter.open({
  files: {
    "organizations/team.yaml": 'organization: "@team"\\nowner: "@dana"\\nmembers:\\n  - { human: dana, roles: [lead] }\\n',
    "contracts/a.yaml": 'contract: a\\nscope: "@team"\\non: deploy.requested\\nthen:\\n  - require_approval: { from: role:lead, within: 1h }\\n',
  },
})
const asked: Decided = await charter.publish({ type: "deploy.requested", org: "@team" })
const { state } = await charter.as("@dana").vote(asked.proposals?.[0] ?? "", "approve")
console.log(asked.verdict, state, (await charter.hold(asked.hold ?? "")).state)
`,
  )
  const flags = [
    "--strict",
    "--noEmit",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--types",
    "",
    "--lib",
    "es2024,esnext.disposable,dom",
  ]
  execFileSync(join(ROOT, "node_modules", ".bin", "tsc"), [...flags, "example.ts"], { cwd: project, stdio: "inherit" })
  const ran = spawnSync(process.execPath, ["example.ts"], { cwd: project, encoding: "utf8", env: environment })
  expect(ran.stdout).toBe("hold succeeded released\n")
})

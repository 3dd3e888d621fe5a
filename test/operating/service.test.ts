/**
 * The daemon as `docs/operating.md` installs it, from the package, and as `packaging/charter.service` runs it. A folder
 * stands for the root of the machine. There is no systemd to run the unit in a container: it is checked by systemd where
 * that is installed, and what it says is done by hand, with its user, limits, environment, folders, signal and time-out.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { markedIn } from "../docs/examples.ts"
import { call } from "../http/client.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
/** Of Debian's `nobody`, which stands for the service's own user where the test is root. */
const NOBODY = 65_534
const LOOK_MS = 15
/** systemd's, for services. */
const SERVICE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
const isRoot = process.getuid?.() === 0
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0

const machine = mkdtempSync(join(tmpdir(), "charter-service-"))
/** Paths of the machine as paths below the folder that stands for it. */
const below = (text: string): string => text.replaceAll(/(?<![\w.])\/(?=(?:opt|srv|var|etc)\/)/g, `${machine}/`)
const shown = (kind: string): string => below(markedIn("docs/operating.md").find((one) => one.kind === kind)!.text)
const bash = (script: string) =>
  spawnSync("bash", ["-ec", script], {
    cwd: join(machine, "clone"),
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: process.env["PATH"]!.split(":")
        .filter((one) => !one.includes("node_modules"))
        .join(":"),
    },
  })

describe.runIf(process.platform === "linux")("as a service", () => {
  const unitFile = join(machine, "etc/systemd/system/charter.service")
  let settings: ReadonlyMap<string, ReadonlyArray<string>>
  const setting = (name: string): string => settings.get(name)!.at(-1)!

  beforeAll(() => {
    chmodSync(machine, 0o755)
    mkdirSync(join(machine, "etc/systemd/system"), { recursive: true })
    for (const folder of ["srv", "var/lib", "var/cache"]) mkdirSync(join(machine, folder), { recursive: true })
    cpSync(ROOT, join(machine, "clone"), {
      recursive: true,
      filter: (file) => !["node_modules", ".git", "dist"].some((name) => file === join(ROOT, name)),
    })
    symlinkSync(join(ROOT, "node_modules"), join(machine, "clone/node_modules"))
    // What belongs to the machine itself is only noted.
    const stubs = ["useradd", "chown", "systemctl"].map(
      (name) => `${name}() { echo "${name} $*" >> ${machine}/noted; }`,
    )
    const installed = bash([...stubs, shown("install")].join("\n"))
    expect([installed.status, installed.stderr]).toEqual([0, expect.any(String)])
    writeFileSync(unitFile, below(readFileSync(unitFile, "utf8")))
    const found = new Map<string, Array<string>>()
    for (const [, name, value] of readFileSync(unitFile, "utf8").matchAll(/^([A-Za-z]+)=(.*)$/gm))
      found.set(name!, [...(found.get(name!) ?? []), value!])
    settings = found
  }, 300_000)

  afterAll(() => rmSync(machine, { recursive: true, force: true }))

  it("the guide makes the user that the unit runs as, gives it the workspace, and starts the unit", () => {
    const user = setting("User")
    expect(readFileSync(join(machine, "noted"), "utf8").trim().split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^useradd .*--home-dir ${machine}/var/lib/charter .* ${user}$`)),
      `chown -R ${user}: ${setting("ReadWritePaths")}`,
      "systemctl daemon-reload",
      "systemctl enable --now charter",
    ])
  })

  it("the unit is one that systemd takes, and no more open than it was", (context) => {
    if (!hasSystemd) context.skip("there is no systemd-analyze: the Debian package systemd has it")
    const analyze = (...words: ReadonlyArray<string>) => {
      const { status, stderr } = spawnSync("systemd-analyze", [...words, unitFile], { encoding: "utf8" })
      return { status, stderr }
    }
    expect(analyze("verify", "--man=no")).toEqual({ status: 0, stderr: "" })
    expect(analyze("security", "--offline=true", "--threshold=40")).toMatchObject({ status: 0 })
  })

  it("leaves runs what they need", () => {
    for (const breaking of ["MemoryDenyWriteExecute", "ProcSubset", "ProtectProc", "RestrictNamespaces", "WatchdogSec"])
      expect([breaking, settings.has(breaking)]).toEqual([breaking, false])
  })

  describe("started as it says", () => {
    let daemon: ChildProcess
    let ended: Promise<unknown>
    let log = ""
    let url = ""
    let token = ""
    const [data, workspace] = [join(machine, "var/lib/charter"), join(machine, "srv/charter")]

    beforeAll(async () => {
      writeFileSync(
        join(workspace, "organizations/team.yaml"),
        `organization: "@team"
members:
  - { human: dana }
  - agent: stubborn
    executor: { kind: command, run: [./stubborn.sh], env: { DEPLOY_KEY: "\${{ env.DEPLOY_KEY }}" } }
`,
      )
      writeFileSync(
        join(workspace, "contracts/work.yaml"),
        'contract: work\nscope: "@team"\non: work.requested\nthen: { route: stubborn }\n',
      )
      writeFileSync(
        join(workspace, "stubborn.sh"),
        `#!/bin/sh\ntrap '' TERM INT HUP\necho "$$ $DEPLOY_KEY" > ${workspace}/run.new && mv ${workspace}/run.new ${workspace}/run\nexec tail -f /dev/null\n`,
        { mode: 0o755 },
      )
      mkdirSync(join(machine, "etc/charter"))
      writeFileSync(setting("EnvironmentFile").replace(/^-/, ""), "DEPLOY_KEY=of-the-file\n", { mode: 0o600 })
      for (const [folder, mode] of [
        [join(machine, "var/lib", setting("StateDirectory")), parseInt(setting("StateDirectoryMode"), 8)],
        [join(machine, "var/cache", setting("CacheDirectory")), 0o755],
      ] as const)
        mkdirSync(folder, mode)
      if (isRoot)
        for (const folder of [data, join(machine, "var/cache/charter"), setting("ReadWritePaths")]) give(folder)
      const [program, ...words] = asUnitSays()
      daemon = spawn(program!, words, {
        cwd: setting("WorkingDirectory"),
        env: { PATH: SERVICE_PATH, HOME: data, ...variables(settings.get("Environment")!), ...variables(fileLines()) },
        stdio: ["ignore", "ignore", "pipe"],
      })
      ended = once(daemon, "exit")
      daemon.stderr!.setEncoding("utf8").on("data", (text: string) => (log += text))
      await until(() => existsSync(join(data, "daemon.json")))
      const found = JSON.parse(readFileSync(join(data, "daemon.json"), "utf8")) as {
        pid: number
        port: number
        token: string
      }
      expect(found.pid).toBe(daemon.pid)
      url = `http://127.0.0.1:${found.port}`
      token = found.token
      await until(async () => (await call(url, "GET", "/ready")).status === 200)
    })

    afterAll(async () => {
      if (daemon === undefined) return
      daemon.kill("SIGKILL")
      await ended
    })

    const fileLines = () => readFileSync(setting("EnvironmentFile").replace(/^-/, ""), "utf8").trim().split("\n")

    /** `ExecStart` on any port, behind what systemd does before it. */
    const asUnitSays = (): ReadonlyArray<string> => [
      "setpriv",
      ...(setting("NoNewPrivileges") === "yes" ? ["--no-new-privs"] : []),
      ...(isRoot
        ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]
        : []),
      "sh",
      "-c",
      // A container's own limit may be lower.
      `ulimit -n ${setting("LimitNOFILE")} 2> /dev/null || ulimit -n "$(ulimit -Hn)"; umask ${setting("UMask")}; exec "$@"`,
      "sh",
      ...setting("ExecStart").split(" "),
      "--port",
      "0",
    ]

    const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
      while (!(await holds())) {
        if (daemon.exitCode !== null) throw new Error(`the daemon has ended:\n${log}`)
        await setTimeout(LOOK_MS)
      }
    }

    it("it is the package's own Node, answers whom the guide sends to it, and keeps its files to itself", () => {
      const executable = execFileSync("readlink", [`/proc/${daemon.pid}/exe`], { encoding: "utf8" })
      expect(executable.trim()).toMatch(new RegExp(`^${machine}/opt/charter/.*/node$`))
      const status = bash(shown("as-operator"))
      expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining(workspace) })
      expect(execFileSync("find", [data, "-mindepth", "1", "-perm", "/077"], { encoding: "utf8" })).toBe("")
      expect(existsSync(join(data, ".cache"))).toBe(false)
      for (const line of log.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) })
    })

    it("stops by the unit's signal within its time, with 0, and with it a run that does not want to", async () => {
      const asked = await call(url, "POST", "/v1/events", { token, json: { type: "work.requested", org: "@team" } })
      expect(asked.json).toMatchObject({ verdict: "allow", tasks: [expect.any(String)] })
      await until(() => existsSync(join(workspace, "run")))
      const [pid, key] = readFileSync(join(workspace, "run"), "utf8").trim().split(" ")
      expect(key).toBe("of-the-file")
      expect(existsSync(`/proc/${pid}`)).toBe(true)

      expect(setting("KillMode")).toBe("mixed")
      const stopped = performance.now()
      daemon.kill(setting("KillSignal") as NodeJS.Signals)
      expect(await ended).toEqual([0, null])
      // Half of it, so that a machine that is slower has the other half.
      expect((performance.now() - stopped) / 1000).toBeLessThan(Number(setting("TimeoutStopSec")) / 2)
      expect(existsSync(`/proc/${pid}`)).toBe(false)
      expect(existsSync(join(data, "daemon.json"))).toBe(false)
    })
  })
})

const give = (folder: string): void => {
  for (const file of execFileSync("find", [folder], { encoding: "utf8" }).trim().split("\n"))
    chownSync(file, NOBODY, NOBODY)
}

const variables = (lines: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]))

/** Executors that misbehave in every way, at once, under one daemon: each gets what it deserves, and nothing is left of it. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { DEFAULT_OUTPUT_BYTES } from "../../src/executors/output.ts"
import type { TaskView } from "../../src/log/Projections.ts"
import { capMemory, type MemoryGroup } from "../support/faults/memoryGroup.ts"
import { PUT_TOKEN_DOWN, remainsOf } from "../support/faults/remains.ts"
import { Household } from "../support/Household.ts"

const FLOOD_BYTES = 100_000_000
/** What a daemon may grow by while it takes all of that. */
const MAX_GROWTH_BYTES = 150_000_000
/** Of the daemon and its runs together, where the machine lets us say so; else of the run alone. */
const MEMORY_BYTES = 400_000_000

interface Misbehaving {
  readonly script: string
  readonly limits?: string
}

const EXECUTORS = {
  hangs: { script: "echo begins; while :; do sleep 1000; done", limits: "{ minutes: 0.02 }" },
  "falls-silent": { script: "echo begins; exec sleep 1000", limits: "{ silence: 300ms, retries: 1 }" },
  floods: { script: `yes nonsense | head -c ${FLOOD_BYTES}; echo; echo '{"result":"flooded"}'` },
  forks: {
    script: `for n in 1 2 3 4 5; do setsid sh -c 'trap "" HUP INT TERM; sleep 1000 & sleep 1000' & done; echo '{"result":"forked"}'`,
  },
  ignores: { script: "trap '' HUP INT TERM; touch ignoring; while :; do sleep 0.1; done", limits: "{ retries: 5 }" },
  babbles: {
    script: `head -c 100000 /dev/urandom; printf '\\n{"result":\\n[[[[\\nnull\\n{"checkpoint":}\\n'
echo '{"event":{"type":"task.completed","data":{"task":"t-team-1"}}}'
echo '{"event":{"type":"contract.change.requested","data":{}}}'
echo '{"event":{"type":"../../etc","data":{}}}'
echo '{"usage":{"usd":-5,"tokens":"many"}}'
exit 0`,
  },
  eats: { script: `[ -e capped ] || ulimit -v ${MEMORY_BYTES / 1_000}; tail /dev/zero`, limits: "{ retries: 0 }" },
  // What nobody may look into only root can remove, and what is immutable not even root.
  leaves: {
    script: `mkdir "$HOME/shut"; touch "$HOME/shut/in"; chmod 0 "$HOME/shut"; chattr +i "$HOME/shut" 2> /dev/null; echo '{"result":"left"}'`,
  },
} satisfies Readonly<Record<string, Misbehaving>>
type Name = keyof typeof EXECUTORS

const files = (): Readonly<Record<string, string>> => {
  const named = Object.entries<Misbehaving>(EXECUTORS)
  const members = named.map(
    ([name, { limits }]) =>
      `  - { agent: ${name}, executor: { kind: command, run: [sh, ${name}.sh] }${limits === undefined ? "" : `, limits: ${limits}`} }\n`,
  )
  const routes = named.map(
    ([name]) => `---\ncontract: ${name}\nscope: "@team"\non: ${name}.requested\nthen: route(${name})\n`,
  )
  return {
    "organizations/team.yaml": `organization: "@team"\nowner: dana\nmembers:\n  - { human: dana }\n${members.join("")}`,
    "contracts/work.yaml": routes.join(""),
    ...Object.fromEntries(named.map(([name, { script }]) => [`${name}.sh`, `${PUT_TOKEN_DOWN}\n${script}\n`])),
  }
}

let house: Household
let group: MemoryGroup | undefined
let before = 0
const tasks = new Map<string, string>()

beforeAll(async () => {
  house = await Household.open(files(), { maxRuns: Object.keys(EXECUTORS).length })
  mkdirSync(house.path("tokens"))
  group = capMemory(house.daemon.pid, MEMORY_BYTES)
  if (group !== undefined) house.write("capped", "")
  before = residentBytes("VmRSS")
  for (const name of Object.keys(EXECUTORS)) {
    const [task] = (await house.publish(`${name}.requested`)).tasks!
    tasks.set(name, task!)
  }
})
afterAll(async () => {
  if (existsSync(join(house.data, "runs"))) {
    execFileSync("sh", ["-c", `chattr -R -i "$0" 2> /dev/null; chmod -R u+rwx "$0"`, join(house.data, "runs")])
  }
  await house.close()
  await group?.remove()
})

const residentBytes = (field: "VmRSS" | "VmHWM"): number => {
  const status = readFileSync(`/proc/${house.daemon.pid}/status`, "utf8")
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)![1]) * 1_024
}
const taskOf = (name: Name): Promise<TaskView> => house.get<TaskView>(`/v1/tasks/${tasks.get(name)}`)
const ended = async (name: Name): Promise<TaskView> => {
  await house.until(async () => ["completed", "dead"].includes((await taskOf(name)).state))
  return taskOf(name)
}
const dataOf = async (type: string, name: Name): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> =>
  (await house.events(type)).map(({ data }) => data).filter(({ task }) => task === tasks.get(name))

it("one that hangs is ended at its limit", async () => {
  expect(await ended("hangs")).toMatchObject({ state: "dead", attempt: 1 })
  expect((await taskOf("hangs")).error).toContain("the limit of 0.02 minutes is reached")
})

it("one that falls silent is tried again, and no more often than it may be", async () => {
  expect(await ended("falls-silent")).toMatchObject({ state: "dead", attempt: 2 })
  expect((await taskOf("falls-silent")).error).toContain("no sign of life")
})

it("one that floods is heard to its end, and costs the log and the daemon what the bounds say", async () => {
  expect(await ended("floods")).toMatchObject({ state: "completed", attempt: 1, result: "flooded" })
  const progress = await dataOf("task.progress", "floods")
  expect(JSON.stringify(progress).length).toBeLessThan(DEFAULT_OUTPUT_BYTES * 2)
  expect(residentBytes("VmHWM") - before).toBeLessThan(MAX_GROWTH_BYTES)
})

it("one that forks is ended with all that it has started", async () => {
  expect(await ended("forks")).toMatchObject({ state: "completed", attempt: 1, result: "forked" })
})

it("one that ignores signals is interrupted: its token at once, its processes within their grace", async () => {
  await house.until(async () => existsSync(house.path("ignoring")))
  const [run] = await dataOf("run.started", "ignores")
  const token = readFileSync(house.path(`tokens/${run!["run"]}`), "utf8")
  const reaches = async (): Promise<number> => (await house.daemon.call("GET", "/v1/status", { token })).status
  expect(await reaches()).toBe(200)
  expect((await house.daemon.call("POST", "/v1/agents/ignores@team/interrupt", { json: {} })).status).toBe(200)
  expect(await reaches()).toBe(401)
  expect(await ended("ignores")).toMatchObject({ state: "dead", attempt: 1 })
})

it("one that exits 0 with nonsense has done its work, and published nothing that it may not", async () => {
  expect(await ended("babbles")).toMatchObject({ state: "completed", attempt: 1 })
  expect(await house.events("contract.change.requested")).toEqual([])
  expect(await dataOf("task.completed", "babbles")).toHaveLength(1)
  expect(JSON.stringify(await dataOf("task.progress", "babbles"))).toContain(
    'refused to publish \\"contract.change.requested\\"',
  )
})

it("one that eats memory is what ends of it", async () => {
  expect(await ended("eats")).toMatchObject({ state: "dead", attempt: 1 })
  // By the kernel where the daemon shares its bound, else by its own.
  expect((await taskOf("eats")).error).toMatch(group === undefined ? /^exit code 1/ : /^exit code 137 \(SIGKILL\)/)
})

it("one that leaves behind what nobody can remove has done its work all the same", async () => {
  expect(await ended("leaves")).toMatchObject({ state: "completed", attempt: 1, result: "left" })
})

it("nothing is left of them, and every invariant holds, before and after the next start", async () => {
  const { tried, ...remains } = await remainsOf(house.daemon, house.path("."), house.data)
  expect(tried).toBe(Object.keys(EXECUTORS).length + 1)
  await house.restart()
  expect(await house.publish("note.requested")).toMatchObject({ status: 200, verdict: "allow" })
  expect((await house.inspect({ settled: true, ...remains })).violations).toEqual([])
})

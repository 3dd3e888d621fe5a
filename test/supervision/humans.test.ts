/** A task between two agents that a human does, over a WebSocket, under a daemon that is killed meanwhile. */
import { afterEach, expect, it } from "vitest"
import type { TaskView } from "../../src/log/Projections.ts"
import type { Status } from "../../src/service/views/daemon.ts"
import { openSocket } from "../http/client.ts"
import { Household } from "../support/Household.ts"

const FILES = {
  "organizations/team.yaml": `organization: "@team"
owner: dana
members:
  - { human: dana }
  - { human: erin }
  - { agent: coder, executor: { kind: command, run: [echo, coded] } }
  - { agent: printer, executor: { kind: command, run: [echo, printed] } }
`,
  "contracts/work.yaml": `contract: work
scope: "@team"
on: work.requested
then:
  - route: { to: [coder, dana, printer], goal: "Do \${{ data.what }}" }
---
contract: no-more-than-two-runs
scope: "@team"
on: run.requested
then: limit(2, 1h)
`,
}

let house: Household
afterEach(() => house.close())

const socketOf = async (name: string) => {
  const socket = await openSocket(`${house.daemon.url.replace("http", "ws")}/v1/ws`)
  socket.send({ op: "hello", token: await house.token(name), after: "" })
  await socket.take(({ op }) => op === "welcome")
  return socket
}
const waiting = async (): Promise<TaskView | undefined> =>
  (await house.get<{ readonly items: ReadonlyArray<TaskView> }>("/v1/tasks?member=dana&state=waiting")).items[0]

it("waits in his inbox through a kill -9, and goes on when he says that it is done", { timeout: 60_000 }, async () => {
  house = await Household.open(FILES)
  await house.publish("work.requested", { what: "it" })
  await house.until(async () => (await waiting()) !== undefined)
  const { id } = (await waiting())!
  await house.restart()
  expect(await waiting()).toMatchObject({ id, state: "waiting", human: true, attempt: 0, goal: "Do it" })
  expect((await house.get<Status>("/v1/status")).warnings).toEqual([])

  const dana = await socketOf("@dana")
  dana.send({ op: "inbox", id: "mine" })
  const item = (await dana.take(({ op }) => op === "inbox"))["item"] as { readonly id: string }
  expect(item).toMatchObject({ task: id, text: `Task ${id} is yours to do: Do it`, state: "new" })
  const erin = await socketOf("@erin")
  erin.send({ op: "complete", id: 1, task: id, result: "mine" })
  expect(await erin.take(({ op }) => op === "error")).toMatchObject({ problem: { status: 403 } })
  dana.send({ op: "progress", id: 2, task: id, text: "half of it" })
  await dana.take((message) => message["id"] === 2 && message.op === "task")
  dana.send({ op: "complete", id: 3, task: id, result: { outcome: "read" } })
  const done = await dana.take((message) => message["id"] === 3)
  expect(done).toMatchObject({ op: "task", task: { id, state: "completed", result: { outcome: "read" } } })
  await Promise.all([dana.close(), erin.close()])

  await house.until(async () => (await house.events("task.completed")).length === 3)
  expect((await house.events("run.requested")).map(({ data }) => data["member"])).toEqual(["coder", "printer"])
  const inbox = await house.daemon.call("GET", `/v1/inbox?state=acknowledged`, { token: await house.token("@dana") })
  expect((inbox.json as { readonly items: ReadonlyArray<unknown> }).items).toMatchObject([{ id: item.id }])
  expect((await house.inspect()).violations).toEqual([])
})

it("of a human who leaves is said to wait for nobody", { timeout: 60_000 }, async () => {
  house = await Household.open({
    ...FILES,
    "contracts/work.yaml": FILES["contracts/work.yaml"].replace("[coder, dana, printer]", "org.humans"),
  })
  const { tasks } = (await house.publish("work.requested")) as unknown as { readonly tasks: ReadonlyArray<string> }
  await house.save(
    "organizations/team.yaml",
    FILES["organizations/team.yaml"].replace("owner: dana", "owner: erin").replace("  - { human: dana }\n", ""),
  )
  expect((await house.get<Status>("/v1/status")).warnings).toEqual([
    `task ${tasks![0]} waits: dana is no member any more; end the task with charter tasks cancel ${tasks![0]}`,
  ])
})

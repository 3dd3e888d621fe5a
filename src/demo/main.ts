/**
 * The main job, on real input: several hundred webhook deliveries through the shipped contracts, people who vote, work
 * that is run, a rule that is changed, and a daemon that is killed in the middle. Ends with a check of what must hold.
 */
import { randomBytes } from "node:crypto"
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type Answer, type Api, deliver, makeApi, type Task, voteOverWebSocket } from "./api.ts"
import { checkInvariants } from "./checkInvariants.ts"
import { type DaemonProcess, startDaemonProcess } from "./daemonProcess.ts"
import { forcePush, passedChecks, realDeliveries } from "./deliveries.ts"
import { Narrator } from "./narrator.ts"
import { summaryRows } from "./summary.ts"

const HELP = `charter demo: the main job on real input, in a folder of its own that is removed again.

  --fast    no pauses for reading
  --keep    leave the daemon running afterwards, to look around; Ctrl-C ends it
`

const ORG = "@review-team"
/** Deliveries on their way at once; GitHub sends them side by side, too. */
const DELIVERIES_AT_ONCE = 16
const COMMENTS = 12
const WORK_TIMEOUT_MS = 120_000
const RELOAD_TIMEOUT_MS = 15_000

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Where the program is, and the rules that ship with it. */
export interface Program {
  readonly entry: string
  readonly home: string
}

/** Exit code: 0 only where every chapter came out as the contracts say and every invariant holds. */
export const runDemo = async (argv: ReadonlyArray<string>, program: Program): Promise<number> => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      fast: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  })
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const stage = makeStage(program)
  const narrator = new Narrator(values.fast)
  let daemon: DaemonProcess | undefined
  // npm hands Ctrl-C on as well: once is enough, and nothing may be left behind.
  const abandon = (): void => {
    void (daemon?.kill() ?? Promise.resolve()).then(() => {
      rmSync(stage.root, { recursive: true, force: true })
      process.exit(130)
    })
  }
  for (const signal of SIGNALS) process.once(signal, abandon)
  try {
    const start = await play(narrator, stage, (one) => {
      daemon = one
    })
    if (values.keep) {
      const kept = await start()
      for (const signal of SIGNALS) process.removeListener(signal, abandon)
      await stayOpen(kept, stage)
    }
    return narrator.surprises === 0 ? 0 : 1
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, abandon)
    await daemon?.stop()
    rmSync(stage.root, { recursive: true, force: true })
  }
}

interface Stage {
  readonly root: string
  readonly workspace: string
  readonly data: string
  readonly secret: string
  readonly entry: string
}

/** A copy of the shipped rules to play with: the demo edits one of them. */
const makeStage = ({ entry, home }: Program): Stage => {
  const root = mkdtempSync(join(tmpdir(), "charter-demo-"))
  const workspace = join(root, "workspace")
  const data = join(root, "data")
  for (const folder of ["contracts", "organizations", "tools"])
    cpSync(join(home, folder), join(workspace, folder), { recursive: true })
  mkdirSync(data)
  return { root, workspace, data, secret: randomBytes(24).toString("hex"), entry }
}

const play = async (
  narrator: Narrator,
  stage: Stage,
  started: (daemon: DaemonProcess) => void,
): Promise<() => Promise<DaemonProcess>> => {
  const start = async (): Promise<DaemonProcess> => {
    const daemon = await startDaemonProcess(stage.entry, stage, { GITHUB_WEBHOOK_SECRET: stage.secret })
    started(daemon)
    return daemon
  }
  await narrator.chapter("A daemon, six contracts, one organization")
  let daemon = await start()
  let operator = makeApi(daemon.file, daemon.file.token)
  const { contracts } = await operator.status()
  narrator.say(
    `It listens on ${daemon.url} and has ${contracts} contracts of ${ORG} in force, read from ${stage.workspace}.`,
  )
  const [dana, erin, coder] = (await Promise.all(
    (["@dana", "@erin", "coder@review-team"] as const).map(async (identity) => {
      const { token } = await operator.token(identity, identity.startsWith("@") ? "human" : "agent")
      return token
    }),
  )) as [string, string, string]

  await narrator.chapter("Real webhook deliveries, signed, through the webhook route")
  const deliveries = await realDeliveries()
  const all = [...deliveries, forcePush(deliveries)]
  const answers = await inParallel(all, DELIVERIES_AT_ONCE, (delivery) => deliver(daemon.url, stage.secret, delivery))
  narrator.say(`${all.length} deliveries were verified, decided and recorded. What was decided, and why:`)
  narrator.table(["event", "count", "verdict", "because"], summaryRows(all, answers))
  const forged = await deliver(daemon.url, "another secret", { ...all[0]!, id: "forged" }).then(
    () => "accepted",
    (error: Error) => error.message,
  )
  narrator.expect(forged.startsWith("401"), `A delivery with a wrong signature is turned away: ${forged}`)
  const again = await deliver(daemon.url, stage.secret, all[0]!)
  narrator.expect(
    again.id === answers[0]!.id,
    "A delivery that comes a second time is the same event: it gets the first decision, and nothing is done twice.",
  )

  await narrator.chapter("A push that has happened already")
  const forced = answers.at(-1)!
  narrator.expect(
    forced.verdict === "deny",
    "The force-push is recorded as refused; nobody can undo it by a rule, so everybody is told.",
  )
  narrator.quote((await operator.explain(forced.id)).text)

  await narrator.chapter("A merge without passed checks")
  const agent = makeApi(daemon.file, coder)
  const unchecked = await agent.publish({ type: "merge.requested", org: ORG, subject: "Codertocat/Hello-World#99" })
  narrator.expect(unchecked.verdict === "deny", `coder asks to merge #99: denied, because ${unchecked.reason}.`)
  await deliver(daemon.url, stage.secret, passedChecks(deliveries))
  const checked = await agent.publish({ type: "merge.requested", org: ORG, subject: "Codertocat/Hello-World#2" })
  narrator.expect(
    checked.verdict === "allow",
    `The checks of #2 run once more and pass. coder asks to merge it: ${inWords(checked)}.`,
  )

  await narrator.chapter("A bot that talks too much")
  const comments: Array<Answer> = []
  for (let index = 0; index < COMMENTS; index++)
    comments.push(await agent.publish({ type: "comment.requested", org: ORG, data: { index } }))
  const passed = comments.filter(({ verdict }) => verdict === "allow").length
  narrator.expect(
    passed === 10,
    `${COMMENTS} comments in a row: ${passed} pass, ${COMMENTS - passed} are denied. ${comments.at(-1)!.reason}.`,
  )

  await narrator.chapter("A deployment that needs two votes")
  const deploy = await agent.publish({
    type: "deploy.requested",
    org: ORG,
    subject: "hello@v2",
    data: { environment: "production" },
  })
  narrator.expect(deploy.verdict === "hold", `coder wants to deploy to production: it ${deploy.reason}.`)
  const proposal = deploy.proposals![0]!
  await makeApi(daemon.file, dana).vote(proposal, "approve", "tried it on staging")
  narrator.expect(
    (await operator.hold(deploy.hold!)).state === "held",
    "dana approves over REST. One vote is not enough: it still waits.",
  )
  await voteOverWebSocket(daemon.url, erin, proposal, "approve", "looks good")
  narrator.expect(
    (await operator.hold(deploy.hold!)).state === "released",
    "erin approves over a WebSocket. Now it is let through, and the deployer gets its task.",
  )

  await narrator.chapter("The work, each task in a process of its own")
  const tasks = await work(operator, narrator)
  narrator.table(
    ["task", "for", "goal", "state", "result"],
    tasks.map((task) => [task.id, task.member, task.goal ?? "", task.state, JSON.stringify(task.result ?? "")]),
  )
  narrator.expect(
    tasks.length > 0 && tasks.every(({ state }) => state === "completed"),
    "Every task has run to its end.",
  )

  await narrator.chapter("Another rule, while it runs")
  const before = await operator.status()
  const file = join(stage.workspace, "contracts", "comments.yaml")
  writeFileSync(file, readFileSync(file, "utf8").replace("limit(10, 1h, actor)", 'deny("bots are quiet today")'))
  await until(
    async () => (await operator.status()).revision !== before.revision,
    RELOAD_TIMEOUT_MS,
    "the edited contract did not take effect",
  )
  const quiet = await agent.publish({ type: "comment.requested", org: ORG })
  narrator.expect(
    quiet.reason === "bots are quiet today",
    `contracts/comments.yaml now ends with deny("bots are quiet today"). The next comment: ${inWords(quiet)}.`,
  )

  await narrator.chapter("kill -9, with a vote open")
  const open = await agent.publish({
    type: "deploy.requested",
    org: ORG,
    subject: "hello@v3",
    data: { environment: "production" },
  })
  await makeApi(daemon.file, dana).vote(open.proposals![0]!, "approve", "this one, too")
  await daemon.kill()
  narrator.say(`The deployment of hello@v3 waits, dana has approved it, and process ${daemon.file.pid} is gone.`)
  daemon = await start()
  operator = makeApi(daemon.file, daemon.file.token)
  const survived = await operator.proposal(open.proposals![0]!)
  narrator.expect(
    survived.state === "active" && survived.votes.length === 1,
    `Process ${daemon.file.pid} has taken over: the proposal is still open, with one vote.`,
  )
  await makeApi(daemon.file, erin).vote(open.proposals![0]!, "approve", "still fine")
  narrator.expect((await operator.hold(open.hold!)).state === "released", "erin approves, and it goes through.")
  const done = await work(operator, narrator)
  narrator.expect(
    done.every(({ state }) => state === "completed"),
    `${done.length} tasks, each done once.`,
  )

  await narrator.chapter("What must hold, checked over the log from outside")
  await daemon.stop()
  const told = [...answers, ...comments, again, unchecked, checked, deploy, quiet, open]
  const { records, checked: invariants } = await checkInvariants(stage.data, told)
  narrator.say(`The daemon has stopped. Its log holds ${records} records.`)
  for (const { invariant, problems } of invariants)
    narrator.expect(
      problems.length === 0,
      problems.length === 0 ? invariant : `${invariant} ${problems.slice(0, 5).join("; ")}`,
    )
  narrator.say("")
  narrator.say(
    narrator.surprises === 0
      ? "Everything came out as the contracts say."
      : `${narrator.surprises} things came out otherwise than they should.`,
  )
  return start
}

const work = async (operator: Api, narrator: Narrator): Promise<ReadonlyArray<Task>> => {
  let tasks: ReadonlyArray<Task> = []
  await until(
    async () => {
      tasks = await operator.tasks()
      const open = tasks.filter(({ state }) => !["completed", "dead", "cancelled", "failed"].includes(state)).length
      narrator.progress(open === 0 ? "" : `${tasks.length - open} of ${tasks.length} tasks done`)
      return open === 0
    },
    WORK_TIMEOUT_MS,
    "the work was not done in time",
  )
  return tasks
}

const POLL_MS = 50

const until = async (holds: () => Promise<boolean>, timeoutMs: number, otherwise: string): Promise<void> => {
  const deadline = Date.now() + timeoutMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(otherwise)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

const inWords = ({ verdict, reason }: Answer): string =>
  ({ allow: "allowed", deny: "denied", hold: "held", expired: "expired" })[verdict] +
  (reason === undefined ? "" : `, because ${reason}`)

const inParallel = async <A, B>(
  items: ReadonlyArray<A>,
  width: number,
  run: (item: A) => Promise<B>,
): Promise<ReadonlyArray<B>> => {
  const results: Array<B> = []
  let next = 0
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < items.length) {
        const index = next++
        results[index] = await run(items[index]!)
      }
    }),
  )
  return results
}

const stayOpen = (daemon: DaemonProcess, stage: Stage): Promise<void> => {
  process.stdout.write(
    [
      "",
      `The daemon stays: ${daemon.url}, rules in ${stage.workspace}.`,
      "In another terminal:",
      `  export CHARTER_WORKSPACE=${stage.workspace} CHARTER_DATA=${stage.data}`,
      "  charter status",
      "  charter events",
      "Ctrl-C ends it and removes the folder.",
      "",
    ].join("\n"),
  )
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve())
  })
}

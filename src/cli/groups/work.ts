import type { CommandGroup } from "../command.ts"
import { agentCommands } from "./changes.ts"

const AGENT = "the agent: NAME, or NAME@ORGANIZATION"
const TASK = "the task (t-...)"
const REASON = ["--reason <text>", "why; everybody in the organization can read it"] as const
const OWN = "Only its member may: whoever the token in CHARTER_TOKEN or --token-file belongs to."

export const workGroup: CommandGroup = {
  heading: "Work",
  commands: [
    {
      name: "agents",
      summary: "the members that are agents: what they do, and what waits for them",
      commands: [
        {
          usage: "list",
          summary: "list the agents",
          details:
            "Lists the agents of the organizations: idle, executing or stopped, since when, what waits for them, and when " +
            "their schedules are due.",
          examples: [
            ["agents list", "all that you may see"],
            ["agents list --org @team", "those of one organization"],
          ],
          run: async (invocation) => (await import("../commands/agents.ts")).listAgents(invocation),
        },
        {
          usage: "info <name>",
          summary: "one agent: what it runs, its limits and its schedule",
          arguments: { name: AGENT },
          examples: [["agents info reviewer@team", "one agent"]],
          run: async (invocation, given) => (await import("../commands/agents.ts")).showAgent(invocation, given),
        },
        {
          usage: "stop <name>",
          summary: "let an agent take nothing until it is started again",
          details:
            "Stops an agent: it takes no task, and its schedule rests, until charter agents start. This outlives the " +
            "daemon. What it runs now may end, unless --interrupt.",
          arguments: { name: AGENT },
          options: [
            REASON,
            ["--interrupt", "end what it runs now, too; that is given again, from its checkpoint, when it is started"],
          ],
          examples: [['agents stop coder --reason "broken key"', "until you say otherwise"]],
          run: async (invocation, given) => (await import("../commands/agents.ts")).stopAgent(invocation, given),
        },
        {
          usage: "start <name>",
          summary: "let a stopped agent take tasks again",
          arguments: { name: AGENT },
          examples: [["agents start coder", "and what has waited for it is taken up"]],
          run: async (invocation, given) => (await import("../commands/agents.ts")).startAgent(invocation, given),
        },
        ...agentCommands,
      ],
    },
    {
      usage: "interrupt <name>",
      summary: "end what an agent runs now",
      details:
        "Ends what an agent runs now, with all its processes. The task ends with it and is not given again, unless " +
        "--again: then the agent gets it at once, and goes on from its last checkpoint.",
      arguments: { name: AGENT },
      options: [REASON, ["--again", "give the task to the agent again"]],
      examples: [
        ['interrupt coder --reason "wrong branch"', "and the task is over"],
        ["interrupt coder --again", "it hangs: try it once more"],
      ],
      run: async (invocation, given) => (await import("../commands/agents.ts")).interrupt(invocation, given),
    },
    {
      usage: "executors",
      summary: "the kinds of executors, and which of them can run here",
      details:
        "Lists the kinds of executors that this version knows, the agents of the workspace that use them, and why one of " +
        "those could not start on this machine. Needs no daemon.",
      examples: [["executors", "of the workspace you are in"]],
      run: async (invocation) => (await import("../commands/executors.ts")).executors(invocation),
    },
    {
      name: "tasks",
      summary: "the work that has followed from events",
      commands: [
        {
          usage: "list",
          summary: "list tasks, the newest first",
          options: [
            ["--state <state>", "queued, running, waiting, parked, completed, failed, dead or cancelled"],
            ["--member <name>", "only those of one member"],
            ["--limit <number>", "how many at most (default: 30)"],
          ],
          choices: {
            state: ["queued", "running", "waiting", "parked", "completed", "failed", "dead", "cancelled"],
          },
          examples: [
            ["tasks list --state running", "what is being done now"],
            ["tasks list --member reviewer", "what one member has got"],
          ],
          run: async (invocation, given) => (await import("../commands/tasks.ts")).listTasks(invocation, given),
        },
        {
          usage: "show <id>",
          summary: "one task: why it exists, how it went, what came out",
          arguments: { id: TASK },
          examples: [["tasks show t-4f1c", "one task"]],
          run: async (invocation, given) => (await import("../commands/tasks.ts")).showTask(invocation, given),
        },
        {
          usage: "cancel <id>",
          summary: "end a task that you have asked for, and whatever it runs; an operator ends any",
          arguments: { id: TASK },
          options: [REASON],
          examples: [['tasks cancel t-4f1c --reason "superseded"', "end one task"]],
          run: async (invocation, given) => (await import("../commands/tasks.ts")).cancelTask(invocation, given),
        },
        {
          usage: "log <id>",
          summary: "what has become of a task, over all its runs",
          arguments: { id: TASK },
          examples: [["tasks log t-4f1c", "from its beginning to now"]],
          run: async (invocation, given) => (await import("../commands/work.ts")).showTaskLog(invocation, given),
        },
        {
          usage: "complete <id>",
          summary: "say that a task of yours is done",
          details: `Completes a task that waits for a person: what follows from it goes on. ${OWN}`,
          arguments: { id: TASK },
          options: [["--result <value>", "what came out: JSON, or a text"]],
          examples: [
            ["tasks complete t-4f1c", "it is done"],
            ['tasks complete t-4f1c --result \'{"outcome":"approved"}\'', "and this came out"],
          ],
          run: async (invocation, given) => (await import("../commands/work.ts")).completeTask(invocation, given),
        },
        {
          usage: "fail <id> <why...>",
          summary: "give up a task of yours",
          details: `Gives up a task that waits for a person. It is not given again, unless --again. ${OWN}`,
          arguments: { id: TASK, why: "why; everybody in the organization can read it" },
          options: [["--again", "let it wait on in your inbox"]],
          examples: [["tasks fail t-4f1c the branch is gone", "it cannot be done"]],
          run: async (invocation, given) => (await import("../commands/work.ts")).failTask(invocation, given),
        },
        {
          usage: "progress <id> <text...>",
          summary: "say how far a task of yours is",
          details: `Says how far a task is that waits for a person. ${OWN}`,
          arguments: { id: TASK, text: "for everybody in the organization" },
          examples: [["tasks progress t-4f1c half of it is read", "and it goes on"]],
          run: async (invocation, given) => (await import("../commands/work.ts")).reportProgress(invocation, given),
        },
      ],
    },
  ],
}

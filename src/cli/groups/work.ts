import type { CommandGroup } from "../command.ts"
import { agentCommands } from "./changes.ts"

export const workGroup: CommandGroup = {
  heading: "Work",
  commands: [
    {
      name: "agents",
      summary: "the members that are agents, and what they have got to do",
      commands: [
        {
          usage: "list",
          summary: "list the agents, with what they have got to do",
          details:
            "Lists the agents of the organizations with the kind of their executor and the number of their tasks by state.",
          examples: [
            ["agents list", "all that you may see"],
            ["agents list --org @team", "those of one organization"],
          ],
          run: async (invocation) => (await import("../commands/agents.ts")).agents(invocation),
        },
        ...agentCommands,
      ],
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
          arguments: { id: "the task (t-...)" },
          examples: [["tasks show t-4f1c", "one task"]],
          run: async (invocation, given) => (await import("../commands/tasks.ts")).showTask(invocation, given),
        },
        {
          usage: "cancel <id>",
          summary: "end a task and whatever it runs",
          arguments: { id: "the task (t-...)" },
          options: [["--reason <text>", "why; everybody in the organization can read it"]],
          examples: [['tasks cancel t-4f1c --reason "superseded"', "end one task"]],
          run: async (invocation, given) => (await import("../commands/tasks.ts")).cancelTask(invocation, given),
        },
      ],
    },
  ],
}

import type { CommandGroup } from "../command.ts"

export const logGroup: CommandGroup = {
  heading: "Log",
  commands: [
    {
      name: "audit",
      summary: "check that nobody has changed the log",
      needed: true,
      commands: [
        {
          usage: "verify",
          summary: "check every record against the hash chain",
          details:
            "Reads the whole log and checks every record against the hash chain of its organization. Says where the first " +
            "change is, and exits with 1. Only reads, so a daemon may run meanwhile.",
          examples: [
            ["audit verify", "the log of the workspace you are in"],
            ["audit verify --data /backup/charter", "a copy"],
          ],
          run: async (invocation) => (await import("../commands/auditVerify.ts")).auditVerify(invocation),
        },
      ],
    },
    {
      usage: "rebuild",
      summary: "make all read models again from the log",
      details:
        "Drops the lists of proposals, holds, tasks and tokens and makes them again from the log, which stays as it is. The " +
        "daemon must not run meanwhile.",
      examples: [
        ["down", "first"],
        ["rebuild", "then"],
      ],
      run: async (invocation) => (await import("../commands/rebuild.ts")).rebuild(invocation),
    },
  ],
}

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
      usage: "export",
      summary: "write the events as CloudEvents, one line of JSON for each",
      details:
        "Writes events to standard output, the oldest first: CloudEvents 1.0 in JSON, one a line, with the decision of each " +
        "beside its attributes.",
      options: [["--since <time>", "only later ones: 2h, 7d or 2026-11-02T09:00:00Z"]],
      examples: [
        ["export > events.jsonl", "all that you may see"],
        ["export --org @team --since 7d | jq .type", "a week of a team"],
      ],
      run: async (invocation, given) => (await import("../commands/export.ts")).exportEvents(invocation, given),
    },
    {
      usage: "import [file]",
      summary: "publish the events of another log here, as testimony",
      details:
        "Publishes events that charter export has written, or any CloudEvents with id and source, one a line. They come " +
        "from outside: each is decided by the contracts in force here, and whoever did it there has no rights by that. What " +
        "has been imported before stays as it is. What a daemon reports by itself, such as votes and tasks, is left out. " +
        "As the operator it makes a token for itself and revokes it; a bridge's goes with --token-file.",
      arguments: { file: "the events; without it, or with -, standard input" },
      options: [["--dry-run", "only say what would be published"]],
      examples: [
        ["import events.jsonl", "each where it was"],
        ["export --org @old | charter import --org @new --data /srv/new", "from one daemon to another"],
      ],
      run: async (invocation, given) => (await import("../commands/import.ts")).importEvents(invocation, given),
    },
    {
      usage: "backup <file>",
      summary: "copy the whole log into a file, while the daemon runs",
      details:
        "Copies the log as it is at one moment, checks the copy against the hash chain, and only then gives it its name. The " +
        "daemon may run and goes on meanwhile. The files of the workspace are not in it, and no secret: of tokens only hashes.",
      arguments: { file: "the file to make; one that is there stays as it is" },
      examples: [["backup ~/backup/charter-$(date +%F).db", "every night, from cron"]],
      run: async (invocation, given) => (await import("../commands/backup.ts")).backup(invocation, given),
    },
    {
      usage: "restore <file>",
      summary: "put a backup into an empty data folder",
      details:
        "Copies a backup into the data folder and checks every record against the hash chain before it counts. Refuses where " +
        "a daemon runs, or where there is a log already.",
      arguments: { file: "what charter backup has made" },
      examples: [
        ["restore charter-2026-11-02.db", "on a new machine"],
        ["restore charter-2026-11-02.db --data /tmp/drill", "to try a backup out"],
      ],
      run: async (invocation, given) => (await import("../commands/backup.ts")).restore(invocation, given),
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

import type { CommandGroup } from "../command.ts"

export const eventGroup: CommandGroup = {
  heading: "Events",
  commands: [
    {
      usage: "publish <type>",
      summary: "publish an event, and see what the contracts make of it",
      details:
        "Publishes an event and prints the decision on it. A type that ends in .requested asks for something: the answer " +
        "says whether it may happen. Exits with 0 where the event is allowed or held, with 1 where it is denied. " +
        "The same --id twice is one event, and the second answer says what has become of it. Without --org it is the " +
        "organization that you are in, if there is only one; the operator's is @global, and no other organization's " +
        "contracts bind it.",
      arguments: { type: "what happens or is asked for: dotted words, such as deploy.requested" },
      options: [
        [
          "--data <json>",
          "its data: JSON, @FILE with JSON, or - for standard input; the data folder stands before publish",
          "repeats",
        ],
        ["--subject <text>", "what it is about, such as OWNER/REPO#12"],
        ["--id <text>", "a name of your own for it; else one is made up"],
        ["--wait <what>", "release: wait until a held event is released or refused (exit 1 unless released)"],
        ["--timeout <duration>", "with --wait: wait no longer than this, such as 10m"],
      ],
      choices: { wait: ["release"] },
      examples: [
        ['publish deploy.requested --org @team --data \'{"environment":"staging"}\'', "ask for a deploy"],
        ["publish deploy.requested --org @team --data @deploy.json --wait release", "and go on once it may happen"],
        ["publish note.written --data - < note.json", "data from standard input"],
      ],
      run: async (invocation, given) => (await import("../commands/publish.ts")).publish(invocation, given),
    },
    {
      usage: "events",
      summary: "list events with their verdicts, or follow them",
      details:
        "Lists the latest events, the newest last. Ids are shortened on a terminal; charter explain takes the short form. " +
        "With --json and --follow, one line of JSON for each event.",
      options: [
        ["--type <patterns>", "only these types, separated by commas: deploy.*,github.**"],
        ["--since <time>", "only later ones: 2h, 7d or 2026-11-02T09:00:00Z"],
        ["--limit <number>", "how many at most (default: 30)"],
        ["-f, --follow", "go on with what comes, until Ctrl-C"],
      ],
      examples: [
        ["events --type 'deploy.*' --since 1d", "the deploys of a day"],
        ["events --follow --org @team", "what happens in a team now"],
      ],
      run: async (invocation, given) => (await import("../commands/events.ts")).events(invocation, given),
    },
    {
      usage: "explain <event>",
      summary: "why an event was decided as it was",
      details:
        "Says which contracts spoke to an event and which did not, with every condition and the value that was seen, who has " +
        "voted, and which small change would have led to another verdict.",
      arguments: { event: "the event's id, or its beginning as charter events shows it" },
      options: [["--source <text>", "whose event it is, where several have the id"]],
      examples: [
        ["explain 3f2a91c0", "an event that charter events has listed"],
        ["explain 3f2a91c0 --org @team", "where two organizations have the id"],
      ],
      run: async (invocation, given) => (await import("../commands/explain.ts")).explain(invocation, given),
    },
    {
      usage: "replay <event>",
      summary: "decide an event again by the rules now in force, without effect",
      details:
        "Decides an event again: on the state of its organization as it was then, by the rules that are in force now. Shows " +
        "both decisions, and whether they differ. Nothing is written, and nothing follows from it.",
      arguments: { event: "the event's id, or its beginning as charter events shows it" },
      options: [["--source <text>", "whose event it is, where several have the id"]],
      examples: [["replay 3f2a91c0", "after a contract was changed"]],
      run: async (invocation, given) => (await import("../commands/replay.ts")).replay(invocation, given),
    },
    {
      usage: "state [organization]",
      summary: "what is open in an organization, now or at a time",
      details:
        "Shows what is open: held events, proposals, tasks, runs, delegations, standing approvals, documents. With --at, as it " +
        "was then, made again from the log.",
      arguments: { organization: "such as @team (default: --org, or the only one that you are in)" },
      options: [["--at <time>", "2h for two hours ago, or 2026-11-02T09:00:00Z"]],
      examples: [
        ["state @team", "now"],
        ["state @team --at 1d", "a day ago"],
      ],
      run: async (invocation, given) => (await import("../commands/state.ts")).state(invocation, given),
    },
  ],
}

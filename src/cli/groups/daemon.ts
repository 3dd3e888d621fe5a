import type { CommandGroup } from "../command.ts"

export const daemonGroup: CommandGroup = {
  heading: "Daemon",
  commands: [
    {
      usage: "up",
      summary: "start the daemon for a workspace",
      details:
        "Starts the daemon for a workspace and waits until it takes events. It runs in the background until charter down; " +
        "its contracts and organizations are reloaded whenever a file is saved. Where one runs already it says so and exits " +
        "with 0; with --foreground it exits with 1, for it has started none.",
      options: [
        ["--foreground", "run here, until Ctrl-C"],
        ["--port <number>", "the port to listen on; 0 for any (default: 5099)"],
        [
          "--disk-edits <how>",
          "apply: a saved file takes effect; confirm: it waits for charter accept (else CHARTER_DISK_EDITS, else as before)",
        ],
        ["--host <address>", "the address to listen on (default: 127.0.0.1, which only this machine reaches)"],
        ["--runs <number>", "runs at the same time over all agents (else CHARTER_RUNS, else 8)"],
        ["--grace <duration>", "how long runs are waited for when it stops (else CHARTER_GRACE, else 10s)"],
      ],
      examples: [
        ["up", "for the workspace you are in"],
        ["up --foreground", "and see what it does"],
        ["up --port 0 --workspace ~/team", "for another one, on any port"],
      ],
      choices: { how: ["apply", "confirm"] },
      run: async (invocation, given) => (await import("../commands/up.ts")).up(invocation, given),
    },
    {
      usage: "down",
      summary: "stop the daemon, once what is under way has ended",
      details:
        "Asks the daemon to stop, and waits until it has: it takes no more events, gives runs a moment to end, and closes " +
        "the log. What waits for a vote waits on, and unfinished tasks are taken up again, when it starts again.",
      options: [["--now", "wait for no run; those that go on are ended and given again at the next start"]],
      examples: [
        ["down", "stop the daemon of the workspace you are in"],
        ["down --now", "at once, also where it stops already"],
      ],
      run: async (invocation, given) => (await import("../commands/down.ts")).down(invocation, given),
    },
    {
      usage: "status",
      summary: "what the daemon is doing, and what waits",
      details:
        "Says how the daemon is, which rules are in force, and what is open. Starts none; exits with 1 where none runs.",
      examples: [
        ["status", "in words"],
        ["status --json", "for a program"],
      ],
      run: async (invocation) => (await import("../commands/status.ts")).status(invocation),
    },
    {
      usage: "stats",
      summary: "decisions, holds and tasks in figures",
      details:
        "Counts decisions by verdict since the daemon started, and holds and tasks by state. For graphs and alarms there is " +
        "/metrics, in the format of Prometheus.",
      examples: [
        ["stats", "of everything"],
        ["stats --org @team", "holds and tasks of one organization"],
      ],
      run: async (invocation) => (await import("../commands/stats.ts")).stats(invocation),
    },
    {
      usage: "logs",
      summary: "what the daemon has printed",
      details: "Shows the output of the daemon that runs, or last ran, in the background.",
      options: [
        ["-f, --follow", "go on with what comes, until Ctrl-C"],
        ["--lines <number>", "how many of the last lines (default: 50)"],
      ],
      examples: [
        ["logs", "the last lines"],
        ["logs --follow", "and what comes"],
      ],
      run: async (invocation, given) => (await import("../commands/logs.ts")).logs(invocation, given),
    },
    {
      usage: "confirm",
      summary: "let a mass removal of contracts take effect",
      details:
        "Where a folder vanishes, or more than half of the contracts go at once, the last good set stays in force until an " +
        "operator confirms that the removal is meant. charter status shows what would go.",
      examples: [
        ["status", "see what would go"],
        ["confirm", "let it go"],
      ],
      run: async (invocation) => (await import("../commands/confirm.ts")).confirm(invocation),
    },
    {
      usage: "demo",
      summary: "watch the whole thing at work, in folders of its own",
      details:
        "Plays real webhook deliveries through the shipped contracts, lets people vote, runs work, changes a rule, kills the " +
        "daemon and goes on. Uses folders of its own and leaves nothing running.",
      options: [
        ["--fast", "without pauses"],
        ["--keep", "leave the daemon and its folders, to look around"],
      ],
      examples: [
        ["demo", "takes a minute"],
        ["demo --keep", "and look around afterwards"],
      ],
      passThrough: true,
      run: async (invocation) => (await import("../commands/demo.ts")).demo(invocation),
    },
  ],
}

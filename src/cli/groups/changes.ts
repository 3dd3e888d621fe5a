/** Commands that change the rules, and that let changes through. */
import type { Command } from "../command.ts"

const ROLE = ["--role <role>", "a role of the member; may stand several times", "repeats"] as const
const CHANGE_OF_FILE =
  "It is a change of the organization's file, decided like any other: an operator's takes effect at once, an agent's waits " +
  "for a human of the organization. What is executed for an agent is the operator's to say: another executor waits for him, " +
  "whoever asks for it."

export const changeCommands: ReadonlyArray<Command> = [
  {
    usage: "propose [files...]",
    summary: "ask for a change of contracts or organizations",
    details:
      "Asks that files of the rules say something else from now on, and says in plain English what that means. The contracts " +
      "in force decide on it; where none speaks to it, an agent's change waits for a human of the organization, and for the " +
      "operator in @global. Once it is let through, the files are written and take effect. What would be wrong, or would " +
      "make contract tests fail, is refused at once.",
    arguments: {
      files:
        "files with the new texts; what lies below contracts/ or organizations/ is meant for the same place in the workspace",
    },
    options: [
      ["--to <path>", "what the one file is to be in the workspace, such as contracts/deploys.yaml"],
      ["--remove <path>", "a file of the workspace that is to go; may stand several times", "repeats"],
      ["--dry-run", "only say what it would mean"],
    ],
    examples: [
      ["propose draft.yaml --to contracts/deploys.yaml", "a new text for one file"],
      ["propose ~/clone/contracts/*.yaml --dry-run", "what a clone of the workspace would change"],
      ["propose --remove contracts/old.yaml", "a file less"],
    ],
    run: async (invocation, given) => (await import("../commands/propose.ts")).propose(invocation, given),
  },
  {
    usage: "changes [id]",
    summary: "changes of the rules that wait, or how one stands",
    details:
      "Shows the changes of the rules that have not come to their end, and for each what is in the way; one of them with " +
      "what has become of it, also after its end. What is not wanted any more: charter cancel ID.",
    arguments: { id: "the change (change-...)" },
    examples: [
      ["changes", "those that have not come to their end"],
      ["changes change-4f1c9a02b7d3", "one of them"],
    ],
    run: async (invocation, given) => (await import("../commands/propose.ts")).changes(invocation, given),
  },
]

export const acceptCommand: Command = {
  usage: "accept [id]",
  summary: "let through what waits for the operator, or an edit on disk",
  details:
    "Shows what waits for the operator: changes of rules that bind everyone, and, where the daemon was started with " +
    "--disk-edits confirm, edits of files on disk. With a name, exactly that takes effect. An edit may also be accepted " +
    "by a member, with CHARTER_TOKEN or --token-file: that asks for it as charter propose does, and the rules decide. " +
    "What is not wanted: charter cancel ID, or take the edit back on disk.",
  arguments: { id: "the proposal (p-...), what is held (h-...), or the edit, as it is shown" },
  options: [["--reason <text>", "why; everybody in the organization can read it"]],
  examples: [
    ["accept", "what waits, and what it means"],
    ["accept 4f1c9a02b7d3e815", "let that edit take effect"],
    ["accept p-global-42", "let a change of @global through"],
  ],
  run: async (invocation, given) => (await import("../commands/accept.ts")).accept(invocation, given),
}

export const joinCommands: ReadonlyArray<Command> = [
  {
    usage: "join <organization>",
    summary: "become a member, and act as that person on this machine",
    details:
      "Asks that a human becomes a member of an organization, whose file gains him once that is let through. Where the " +
      "operator asks, or a link of his is used, the person's token is kept in the data folder, readable by you alone, and " +
      "approve, deny, vote and inbox act as that person from then on. For whoever is a member already it does just that.",
    arguments: { organization: "such as @team" },
    options: [
      ["--as <name>", "who joins"],
      [
        "--link <link>",
        "a link that an operator has made with charter join-link; CHARTER_URL names a daemon elsewhere",
      ],
      ROLE,
    ],
    examples: [
      ["join @team --as dana", "on the machine of the daemon"],
      ["join @team --as erin --link charter_...", "with a link"],
    ],
    run: async (invocation, given) => (await import("../commands/join.ts")).join(invocation, given),
  },
  {
    usage: "join-link <organization>",
    summary: "make a link with which one person joins once",
    arguments: { organization: "such as @team" },
    options: [
      ["--as <name>", "the one person that it is for; else whoever comes first, under a new name"],
      ["--expires <when>", "2d, or 2026-12-31T00:00:00Z (default: 7d)"],
      ROLE,
    ],
    examples: [["join-link @team --as erin --expires 2d", "for one person"]],
    run: async (invocation, given) => (await import("../commands/join.ts")).joinLink(invocation, given),
  },
]

const AGENT = { name: "the agent's name, such as reviewer or reviewer@team" }
const AGENT_OPTIONS = [
  ["--run <command>", 'the program that does its tasks, with its arguments: the executor "command"'],
  ["--executor <json>", "any other executor, as JSON with its kind"],
  ["--prompt <text>", "what it is told at the start of each run"],
  ROLE,
] as const

export const agentCommands: ReadonlyArray<Command> = [
  {
    usage: "new <name>",
    summary: "ask for an agent to be added",
    details: `Asks that an agent is added to an organization. ${CHANGE_OF_FILE}`,
    arguments: AGENT,
    options: AGENT_OPTIONS,
    examples: [["agents new reviewer --org @team --run ./tools/review.sh --role reviewer", "run by a program"]],
    run: async (invocation, given) => (await import("../commands/agentChanges.ts")).newAgent(invocation, given),
  },
  {
    usage: "change <name>",
    summary: "ask for an agent to be changed",
    details: `Asks that an agent is changed; what is not named stays. ${CHANGE_OF_FILE}`,
    arguments: AGENT,
    options: AGENT_OPTIONS,
    examples: [['agents change reviewer --prompt "Look for bugs."', "another prompt"]],
    run: async (invocation, given) => (await import("../commands/agentChanges.ts")).changeAgent(invocation, given),
  },
  {
    usage: "rm <name>",
    summary: "ask for an agent to be taken out",
    details: `Asks that an agent is taken out of its organization. ${CHANGE_OF_FILE}`,
    arguments: AGENT,
    examples: [["agents rm reviewer --org @team", "one agent less"]],
    run: async (invocation, given) => (await import("../commands/agentChanges.ts")).removeAgent(invocation, given),
  },
]

import type { Command, CommandGroup } from "../command.ts"
import { acceptCommand, joinCommands } from "./changes.ts"

const AS_A_PERSON =
  "You vote as the person whose token is in CHARTER_TOKEN or --token-file, else as whoever has joined from this machine " +
  "last (charter join ORGANIZATION --as NAME). The operator's own token cannot vote."

const ID = "the proposal (p-...), or what is held (h-...)"
const REASON = ["--reason <text>", "why; everybody in the organization can read it"] as const
const DIGEST = ["--digest <hash>", "refuse the vote unless the proposal is about exactly this action"] as const

const STANDING =
  "With --standing the same is approved again by itself: the same requester, type and contract, and the same data, or " +
  "what the contract names under same:. It ends with its time, with its count, or with a change of the contract."
const STANDING_OPTIONS = [
  ["--standing <duration>", "approve the same again for so long, such as 2h; needs --max"],
  ["--max <number>", "with --standing: so often at most"],
] as const

const shortVote = (
  choice: "approve" | "deny",
  summary: string,
  more: Pick<Command, "options" | "examples"> & { readonly details?: string } = { examples: [] },
): Command => ({
  usage: `${choice} <id>`,
  summary,
  details: [
    `Votes "${choice}" on a proposal. While it is open, your last vote counts.`,
    ...(more.details === undefined ? [] : [more.details]),
    AS_A_PERSON,
  ].join(" "),
  arguments: { id: ID },
  options: [REASON, DIGEST, ...(more.options ?? [])],
  examples: [
    [`${choice} p-4f1c`, "with CHARTER_TOKEN set"],
    [`${choice} p-4f1c --reason "read the diff" --token-file ~/.charter-token`, "with a token in a file"],
    ...more.examples,
  ],
  run: async (invocation, given) => (await import("../commands/vote.ts")).vote(invocation, given, choice),
})

const INBOX_OPTIONS = [
  ["--all", "list what is acknowledged, too"],
  ["--limit <number>", "how many questions and messages at most (default: 30)"],
] as const

export const peopleGroup: CommandGroup = {
  heading: "People",
  commands: [
    {
      name: "inbox",
      summary: "what waits for you, one by one: questions to vote on, messages",
      commands: [
        {
          usage: "next",
          summary: "go through what waits for you, one by one",
          details:
            "Shows what waits for you one by one, on a terminal: each question with who asks, what would happen, the rule that " +
            "asks and until when, and each message. A key decides: approve, deny, abstain, acknowledge, reply, skip. Elsewhere " +
            "it prints the list. It is the inbox of the person whose token is in CHARTER_TOKEN or --token-file, else of whoever " +
            "has joined from this machine.",
          options: INBOX_OPTIONS,
          examples: [["inbox", "after charter join, or with CHARTER_TOKEN set"]],
          run: async (invocation, given) => (await import("../commands/inbox.ts")).inbox(invocation, given),
        },
        {
          usage: "list",
          summary: "print what waits for you",
          details:
            "Prints the open questions that you can vote on, and the messages that you have not acknowledged, the newest last. Messages become seen.",
          options: INBOX_OPTIONS,
          examples: [
            ["inbox list", "with CHARTER_TOKEN set"],
            ["inbox list --json | jq '.proposals[].id'", "for a program"],
          ],
          run: async (invocation, given) => (await import("../commands/inbox.ts")).listInbox(invocation, given),
        },
        {
          usage: "ack <id...>",
          summary: "acknowledge messages: you are done with them",
          arguments: { id: "as charter inbox list shows it" },
          examples: [["inbox ack team-41 team-44", "two of them"]],
          run: async (invocation, given) => (await import("../commands/inbox.ts")).acknowledge(invocation, given),
        },
      ],
    },
    {
      name: "proposals",
      summary: "what waits for votes",
      commands: [
        {
          usage: "list",
          summary: "list the open proposals",
          details: "Lists the open proposals: what is asked, who can decide, until when, and how the votes stand.",
          options: [["--all", "those that are decided, too"]],
          examples: [
            ["proposals list", "what is open"],
            ["proposals list --all --org @team", "and what has become of the others"],
          ],
          run: async (invocation, given) => (await import("../commands/proposals.ts")).listProposals(invocation, given),
        },
        {
          usage: "show <id>",
          summary: "one proposal: what it would let happen, and its votes",
          arguments: { id: ID },
          examples: [["proposals show p-4f1c", "one proposal"]],
          run: async (invocation, given) => (await import("../commands/proposals.ts")).showProposal(invocation, given),
        },
        {
          usage: "open <kind> <question>",
          summary: "ask the members something, without a contract",
          details:
            "Opens a proposal of your own. approval: one yes is enough. decision: a majority, or one of several options. " +
            "election and assignment: one of the members named with --option; a single one is voted for or against. All " +
            "humans of the organization are asked but you, and have 24 hours. The outcome is posted in the organization's " +
            "channel. With --binding it is enforced, too: who is elected owns the document, who is assigned gets the task; " +
            "then all humans are asked, and more than half of them must agree or vote. Contracts can deny or hold it " +
            "(proposal.open.requested). Without --org it is the organization that you are in, if there is only one; the " +
            "operator's is @global.",
          arguments: {
            kind: "approval, decision, election or assignment",
            question: "what is asked, in one sentence",
          },
          choices: { kind: ["approval", "decision", "election", "assignment"] },
          options: [
            ["--option <name>", "what can be chosen, or a candidate; once for each", "repeats"],
            ["--tie-break <option>", "the option that wins a tie; else a tie is a defeat"],
            ["--from <selector>", "who votes: @dana, role:lead, org.members; once for each", "repeats"],
            ["--approvals <number>", "how many have to approve"],
            ["--resolution <rule>", "majority, unanimous, supermajority, or a share such as 75%"],
            ["--of <whom>", "cast: of the votes cast; else of all who can vote"],
            ["--quorum <number>", "how many have to vote at all, such as 3 or 50%; needs --of cast, or options"],
            ["--weights", "votes weigh what the members weigh; else heads are counted"],
            ["--veto <selector>", "whose no decides at once; once for each", "repeats"],
            ["--delay <duration>", "wait so long after success; a veto or a cancel still works"],
            ["--within <duration>", "how long there is time (default: 24h)"],
            ["--self", "you vote, too"],
            ["--binding", "the outcome is enforced"],
            ["--document <name>", "election: the document that the winner owns"],
            ["--goal <text>", "assignment: what the winner is asked to do (default: the question)"],
          ],
          examples: [
            ['proposals open decision "Do we move to pnpm?"', "a majority of the others"],
            ['proposals open decision "Which name?" --option otter --option heron --within 2d', "one of two"],
            [
              'proposals open election "Who keeps the standards?" --option dana --option erin --document standards.md --binding',
              "the winner owns the document",
            ],
            ['proposals open assignment "Fix the flaky test" --option coder --binding', "yes or no; a yes is a task"],
          ],
          run: async (invocation, given) =>
            (await import("../commands/openProposal.ts")).openProposal(invocation, given),
        },
      ],
    },
    {
      usage: "holds",
      summary: "list the events that are held",
      details: "Lists the events that wait for an approval or a vote, and what each of them waits for.",
      options: [["--all", "those that wait no more, too"]],
      examples: [["holds --org @team", "what waits in a team"]],
      run: async (invocation, given) => (await import("../commands/holds.ts")).holds(invocation, given),
    },
    shortVote("approve", "vote for what is held", {
      details: STANDING,
      options: STANDING_OPTIONS,
      examples: [["approve p-4f1c --standing 2h --max 20", "and the next twenty of the same"]],
    }),
    shortVote("deny", "vote against what is held"),
    {
      usage: "vote <id> <choice>",
      summary: "vote, or abstain",
      details: `Votes on a proposal. While it is open, your last vote counts. ${AS_A_PERSON}`,
      arguments: { id: ID, choice: "approve, deny, abstain, or one of its options" },
      choices: { choice: ["approve", "deny", "abstain"] },
      options: [REASON, DIGEST],
      examples: [['vote p-4f1c abstain --reason "my own code"', "with CHARTER_TOKEN set"]],
      run: async (invocation, given) => (await import("../commands/vote.ts")).vote(invocation, given),
    },
    {
      usage: "cancel <id>",
      summary: "withdraw what is held, or give up a change of the rules",
      details:
        "Withdraws a held event, which is denied, or a proposal that a member has opened. Whoever has asked for it may do " +
        "this, an operator, and during the delay after success who may veto. A change of the rules is given up by whoever " +
        "has asked for it or an operator, also where it was let through and cannot be written: nothing of it is, and it " +
        "ends as failed. What is written is in force, and takes another change to undo.",
      arguments: { id: `${ID}, or the change (change-...)` },
      options: [REASON],
      examples: [
        ['cancel h-4f1c --reason "no longer needed"', "withdraw a held event"],
        ["cancel change-4f1c9a02b7d3", "give up a change of the rules"],
      ],
      run: async (invocation, given) => (await import("../commands/cancel.ts")).cancel(invocation, given),
    },
    acceptCommand,
    ...joinCommands,
    {
      usage: "delegate <name>",
      summary: "give your vote to somebody else, for a while",
      details:
        "Your vote on held events of a pattern is cast by another human of the organization until the time is up. A vote " +
        `of your own overrides it. ${AS_A_PERSON}`,
      arguments: { name: "the human who votes for you" },
      options: [
        ["--on <pattern>", "only on events of this type or pattern, such as deploy.* (default: all)"],
        ["--for <duration>", "for so long, such as 7d, or until 2026-12-31T00:00:00Z"],
      ],
      examples: [
        ["delegate erin --on 'deploy.*' --for 7d", "where you are in one organization"],
        ["delegate erin --for 2w --org @team", "all your votes in one of several"],
      ],
      run: async (invocation, given) => (await import("../commands/delegations.ts")).delegate(invocation, given),
    },
    {
      name: "delegations",
      summary: "who votes for whom",
      commands: [
        {
          usage: "list",
          summary: "list the delegations in force",
          examples: [["delegations list --org @team", "in one organization"]],
          run: async (invocation) => (await import("../commands/delegations.ts")).listDelegations(invocation),
        },
        {
          usage: "revoke <id>",
          summary: "take a delegation back, at once",
          details: `Takes a delegation back: your vote is your own again. ${AS_A_PERSON}`,
          arguments: { id: "the delegation, as charter delegations shows it" },
          examples: [["delegations revoke DELEGATION", "with CHARTER_TOKEN set"]],
          run: async (invocation, given) =>
            (await import("../commands/delegations.ts")).revokeDelegation(invocation, given),
        },
      ],
    },
    {
      name: "token",
      summary: "who may speak to the daemon",
      needed: true,
      commands: [
        {
          usage: "create <name>",
          summary: "make a token for a person, an agent or an operator",
          details:
            "Makes a token and prints it, once: the daemon keeps only its hash. Whoever has it acts as NAME. What is said " +
            "beside it goes to standard error, so that $(charter token create NAME) is the token alone.",
          arguments: { name: "a human (dana), or an agent with its organization (reviewer@review-team)" },
          options: [
            ["--kind <kind>", "human, agent, operator or bridge (default: agent for NAME@ORGANIZATION, else human)"],
            ["--expires <when>", "30d, or 2026-12-31T00:00:00Z; else it is good until it is revoked"],
          ],
          choices: { kind: ["human", "agent", "operator", "bridge"] },
          examples: [
            ["token create dana --kind human --expires 30d", "for a person"],
            ["token create reviewer@team > token.txt", "for an agent"],
          ],
          run: async (invocation, given) => (await import("../commands/token.ts")).createToken(invocation, given),
        },
        {
          usage: "list",
          summary: "list tokens, without their secrets",
          examples: [["token list", "who has got one"]],
          run: async (invocation) => (await import("../commands/token.ts")).listTokens(invocation),
        },
        {
          usage: "revoke <id>",
          summary: "make a token worthless, at once and for good",
          arguments: { id: "the token's id (tok_...), as charter token list shows it" },
          examples: [["token revoke tok_4f1c9a02b7d3", "one token"]],
          run: async (invocation, given) => (await import("../commands/token.ts")).revokeToken(invocation, given),
        },
      ],
    },
  ],
}

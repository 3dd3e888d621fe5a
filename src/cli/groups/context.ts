import type { Command, CommandGroup } from "../command.ts"

const TEXT = "what to say; - for standard input; @NAME mentions a member"
const LIMIT = ["--limit <number>", "how many at most (default: 30)"] as const
const WHERE = "Without --org it is the organization that you are in, if there is only one."

const send: Command = {
  usage: "send <member> <text...>",
  summary: "send a message to one member",
  details: `Asks to send a message, which waits in the member's inbox. Contracts may deny or hold it. ${WHERE}`,
  arguments: { member: "whose inbox it goes to", text: TEXT },
  examples: [['send erin "the build is green"', "to a colleague"]],
  run: async (invocation, given) => (await import("../commands/messages.ts")).sendToMember(invocation, given),
}

export const contextGroup: CommandGroup = {
  heading: "Messages and documents",
  commands: [
    send,
    {
      name: "channel",
      summary: "what members say to each other",
      commands: [
        {
          usage: "list",
          summary: "list the channels",
          examples: [["channel list --org @team", "those of one organization"]],
          run: async (invocation) => (await import("../commands/messages.ts")).listChannels(invocation),
        },
        {
          usage: "read <name>",
          summary: "the latest messages of a channel",
          details: `Shows the latest messages of a channel, the newest last. ${WHERE}`,
          arguments: { name: "the channel, with or without its #" },
          options: [LIMIT],
          examples: [["channel read general --org @team", "what was said"]],
          run: async (invocation, given) => (await import("../commands/messages.ts")).readChannel(invocation, given),
        },
        {
          usage: "post <name> <text...>",
          summary: "post a message",
          details: `Asks to post a message. Contracts may deny or hold it. ${WHERE}`,
          arguments: { name: "the channel, with or without its #", text: TEXT },
          examples: [['channel post general "@coder, have a look" --org @team', "in a team's channel"]],
          run: async (invocation, given) => (await import("../commands/messages.ts")).postInChannel(invocation, given),
        },
      ],
    },
    {
      name: "doc",
      summary: "documents of an organization, with versions",
      commands: [
        {
          usage: "list",
          summary: "list the documents",
          examples: [["doc list --org @team", "those of a team"]],
          run: async (invocation) => (await import("../commands/documents.ts")).listDocuments(invocation),
        },
        {
          usage: "read <name>",
          summary: "print a document",
          details: `Prints the text of a document; what is said beside it goes to standard error. ${WHERE}`,
          arguments: { name: "the document" },
          options: [["--version <number>", "an earlier version"]],
          examples: [["doc read plan.md --org @team > plan.md", "into a file"]],
          run: async (invocation, given) => (await import("../commands/documents.ts")).readDocument(invocation, given),
        },
        {
          usage: "write <name>",
          summary: "write a document, or its next version",
          details:
            "Asks to write a document; contracts may deny or hold it. The next version of one that is there says with " +
            `--base which one it was made from, so that nobody's work is lost. ${WHERE}`,
          arguments: { name: "letters, digits, dots, _ and -" },
          options: [
            ["--file <file>", "the text; else standard input"],
            ["--base <number>", "the version that it was made from; without it the document is new"],
          ],
          examples: [
            ["doc write plan.md --file plan.md --org @team", "a new one"],
            ["doc write plan.md --base 1 --file plan.md --org @team", "its second version"],
          ],
          run: async (invocation, given) => (await import("../commands/documents.ts")).writeDocument(invocation, given),
        },
        {
          usage: "append <name> <text...>",
          summary: "add to the end of a document",
          details: `Asks to write the next version of a document, with a further paragraph at its end. Where somebody writes meanwhile, his version is read and added to. ${WHERE}`,
          arguments: { name: "the document", text: "what to add; - for standard input" },
          examples: [['doc append log.md "deployed hello@v2" --org @team', "one line more"]],
          run: async (invocation, given) =>
            (await import("../commands/documents.ts")).appendDocument(invocation, given),
        },
      ],
    },
    {
      name: "resource",
      summary: "texts that are kept by their hash",
      needed: true,
      commands: [
        {
          usage: "put [file]",
          summary: "keep a text, and print its hash",
          details: `Asks to keep a text, by whose hash every member of the organization can read it. Contracts may deny or hold it. ${WHERE}`,
          arguments: { file: "the text; without it, or with -, standard input" },
          examples: [["resource put report.md --org @team", "prints its hash"]],
          run: async (invocation, given) => (await import("../commands/resources.ts")).putResource(invocation, given),
        },
        {
          usage: "get <hash>",
          summary: "print a text",
          arguments: { hash: "as put has printed it, or as a long message names it" },
          examples: [["resource get 9f86d081… > report.md", "into a file"]],
          run: async (invocation, given) => (await import("../commands/resources.ts")).getResource(invocation, given),
        },
      ],
    },
  ],
}

import type { CommandGroup } from "../command.ts"
import { changeCommands } from "./changes.ts"

const FILES = "files or folders; without any, the whole workspace"

export const contractGroup: CommandGroup = {
  heading: "Contracts",
  commands: [
    {
      name: "contracts",
      summary: "the contracts that are in force",
      commands: [
        {
          usage: "list",
          summary: "list the contracts in force",
          details:
            "Lists the contracts in force; with --org, those that bind one organization, inherited ones included.",
          examples: [
            ["contracts list", "all of them"],
            ["contracts list --org @team", "what binds one organization"],
          ],
          run: async (invocation) => (await import("../commands/contracts.ts")).listContracts(invocation),
        },
        {
          usage: "show <name>",
          summary: "one contract: what it means, and its file",
          arguments: { name: "its full name, or its id where only one contract has it" },
          examples: [["contracts show @team/no-friday-deploys", "one contract"]],
          run: async (invocation, given) => (await import("../commands/contracts.ts")).showContract(invocation, given),
        },
        {
          usage: "describe [what...]",
          summary: "contracts in plain English",
          details:
            "Says in plain English what contracts mean: by name, those in force; by file, those in the file; without either, " +
            "everything that is in force. The text is made from the rules as they run, not from their comments.",
          arguments: { what: "names of contracts, or files" },
          examples: [
            ["contracts describe", "all that is in force"],
            ["contracts describe no-friday-deploys", "one contract"],
            ["contracts describe contracts/a.yaml", "a file, before it is in force"],
          ],
          run: async (invocation, given) =>
            (await import("../commands/contracts.ts")).describeContracts(invocation, given),
        },
        {
          usage: "history <name>",
          summary: "who changed a contract, when, and by what",
          details:
            "Says when a contract came, went or changed, what that meant, and whether it was a change that somebody had asked " +
            "for or an edit on disk, the newest first. One that is gone is found by its full name.",
          arguments: { name: "its full name, or its id where only one contract has it" },
          examples: [["contracts history @team/no-friday-deploys", "the newest first"]],
          run: async (invocation, given) =>
            (await import("../commands/contracts.ts")).contractHistory(invocation, given),
        },
      ],
    },
    {
      usage: "describe [files...]",
      summary: "say in plain English what contract files mean",
      details:
        "Reads files and says what they mean. Needs no daemon; what is in force, charter contracts describe says.",
      arguments: { files: FILES },
      examples: [
        ["describe", "the workspace you are in"],
        ["describe contracts/deploys.yaml", "one file"],
      ],
      run: async (invocation, given) => (await import("../commands/describe.ts")).describe(invocation, given),
    },
    {
      usage: "lint [files...]",
      summary: "find what is wrong with contract files",
      details:
        "Checks contracts, organizations and contract tests, and says for everything that is wrong where it is, what was " +
        "expected, and what was probably meant. Needs no daemon. Exits with 1 where there are errors.",
      arguments: { files: FILES },
      examples: [
        ["lint", "the workspace you are in"],
        ["lint contracts/deploys.yaml", "one file, checked with the rest"],
        ["lint --json", "for an editor"],
      ],
      run: async (invocation, given) => (await import("../commands/lint.ts")).lint(invocation, given),
    },
    {
      usage: "test [files...]",
      summary: "run the tests of the contracts",
      details:
        "Plays the cases of *.test.yaml files in virtual time, through the same kernel as the daemon, and says which contracts " +
        "and conditions no case has decided both ways. Needs no daemon. Exits with 1 where a case fails.",
      arguments: { files: FILES },
      examples: [
        ["test", "all tests of the workspace you are in"],
        ["test contracts/deploys.test.yaml", "those of one file"],
      ],
      run: async (invocation, given) => (await import("../commands/test.ts")).test(invocation, given),
    },
    ...changeCommands,
  ],
}

import type { CommandGroup } from "../command.ts"

export const setupGroup: CommandGroup = {
  heading: "Set up",
  commands: [
    {
      usage: "init [folder]",
      summary: "make a workspace with a first organization and contract",
      details:
        "Makes a workspace: an organization with you as its human, a contract, its tests, schemas for editors (those that " +
        "speak to yaml-language-server, such as VS Code with its YAML extension), and a .gitignore. Replaces no file.",
      arguments: { folder: "where to make it; it need not be there yet (default: here)" },
      examples: [
        ["init", "in this folder"],
        ["init team", "in a folder of its own"],
      ],
      run: async (invocation, given) => (await import("../commands/init.ts")).init(invocation, given),
    },
  ],
}

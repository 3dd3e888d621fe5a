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
    {
      usage: "doctor",
      summary: "check that everything is in order, and say what to do",
      details:
        "Looks at Node, the disk, the clock, the workspace and its files, the data folder, the daemon, and whether the agents " +
        "of the workspace can start. Each line is ok, warn or bad, with what to do. Changes nothing; exits with 1 where " +
        "something is bad.",
      examples: [
        ["doctor", "here"],
        ["doctor --json", "for monitoring"],
      ],
      run: async (invocation) => (await import("../commands/doctor.ts")).doctor(invocation),
    },
    {
      usage: "completion <shell>",
      summary: "let your shell complete commands and options",
      details:
        "Prints a script that completes charter's commands, options and files in your shell. Make it again after an update.",
      arguments: { shell: "bash, zsh or fish" },
      choices: { shell: ["bash", "zsh", "fish"] },
      examples: [
        ["completion bash >> ~/.bashrc", ""],
        ["completion zsh > ~/.zfunc/_charter", "with ~/.zfunc in fpath"],
        ["completion fish > ~/.config/fish/completions/charter.fish", ""],
      ],
      run: async (invocation, given) => (await import("../commands/completion.ts")).completion(invocation, given),
    },
  ],
}

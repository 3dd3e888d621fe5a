/** The tree of commands as commander has it, made from the declarations. */
import { stripVTControlCharacters } from "node:util"
import { Command as Commander, Help, type HelpConfiguration, Option } from "commander"
import { foldersOf } from "../discovery/folders.ts"
import { nearest } from "../language/suggest.ts"
import { type Command, type CommandFamily, type Given, type Invocation, isFamily } from "./command.ts"
import { misuse } from "./failure.ts"
import { COMMON_OPTIONS, GROUPS } from "./groups.ts"
import { bold, dim, makeOutput, red } from "./output.ts"
import type { Program } from "./program.ts"

/** `done` is told the exit code of the command that ran. */
export const commandTree = (
  argv: ReadonlyArray<string>,
  program: Program,
  done: (exitCode: number) => void,
): Commander => {
  const root = new Commander("charter")
    .description("AI agents and humans work together under rules that everyone can read.")
    .usage("COMMAND [OPTIONS]")
    .version(program.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help; of one command: charter COMMAND --help")
    .helpCommand(false)
    .exitOverride()
    .configureHelp(HELP)
    .configureOutput({ outputError: misunderstood("charter") })
    // A word after the command is the command's, so that publish may have its own --data.
    .enablePositionalOptions()
    .addHelpText("after", examples(FIRST_STEPS))
  addCommonOptions(root)

  const invoke: Invoke = async (command, made, given) =>
    done((await command.run(invocationOf(argv, program, made), given)) ?? 0)
  for (const { heading, commands } of GROUPS) {
    root.commandsGroup(`${heading}:`)
    for (const command of commands) {
      if (isFamily(command)) addFamily(root, command, invoke)
      else add(root, command, invoke)
    }
  }
  return root
}

const FIRST_STEPS = [
  ["demo", "watch it work"],
  ["init team", "make a workspace with a first contract"],
  ["up", "start the daemon for the folder you are in"],
  ["events --follow", "see what happens, and what became of it"],
] as const

/** Every command takes them, before and after its name; one that has an option of the same name keeps its own. */
const addCommonOptions = (command: Commander): void => {
  for (const [flags, description] of COMMON_OPTIONS) {
    const option = new Option(flags, description).helpGroup("Of every command:")
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option)
  }
}

type Invoke = (command: Command, made: Commander, given: Given) => Promise<void>

const add = (parent: Commander, command: Command, invoke: Invoke): void => {
  const made = parent.command(command.usage)
  made.configureOutput({ outputError: misunderstood(lineOf(made)) })
  made.summary(command.summary).description(command.details ?? `${capitalized(command.summary)}.`)
  for (const argument of made.registeredArguments) argument.description = command.arguments?.[argument.name()] ?? ""
  addOptions(made, command)
  addCommonOptions(made)
  if (command.passThrough === true) made.allowUnknownOption().allowExcessArguments()
  made
    .addHelpText("after", examples(command.examples))
    .action(async (...given: ReadonlyArray<unknown>) => invoke(command, made, givenBy(made, given)))
}

const addFamily = (root: Commander, family: CommandFamily, invoke: Invoke): void => {
  const made = root
    .command(family.name)
    .summary(family.summary)
    .description(`${capitalized(family.summary)}.`)
    .configureOutput({ outputError: misunderstood(`charter ${family.name}`) })
    .helpCommand(false)
    .usage("COMMAND")
  const [first] = family.commands
  if (family.needed === true || first === undefined) {
    addCommonOptions(made)
    for (const command of family.commands) add(made, command, invoke)
    return
  }
  // The word alone is its first command, with all that this one takes.
  addOptions(made, first)
  addCommonOptions(made)
  for (const command of family.commands)
    add(made, command, (chosen, at, given) => {
      const before = ownOptions(made, first)
      const [misplaced] = command === first ? [] : Object.keys(before)
      if (misplaced !== undefined)
        throw misuse(`--${misplaced} belongs to charter ${family.name} ${nameOf(first)}, not to ${nameOf(command)}.`)
      return invoke(chosen, at, { ...given, options: { ...before, ...given.options } })
    })
  made
    .usage("[COMMAND]")
    .argument("[words...]")
    .configureHelp({ ...HELP, visibleArguments: () => [] })
    .addHelpText("after", `\nWithout a command: ${nameOf(first)}.`)
    .action(async (words: ReadonlyArray<string>) => {
      const [unknown] = words
      if (unknown !== undefined) throw unknownCommand(family, unknown)
      await invoke(first, made, { arguments: [], options: made.opts() })
    })
}

const addOptions = (made: Commander, { options = [] }: Command): void => {
  for (const [flags, description, repeats] of options) {
    const option = new Option(flags, description)
    made.addOption(repeats === "repeats" ? option.argParser(collect) : option)
  }
}

/** Those that the declaration names, of what stood on the command line. */
const ownOptions = (made: Commander, { options = [] }: Command): Given["options"] => {
  const names = new Set(options.map(([flags]) => new Option(flags).attributeName()))
  return Object.fromEntries(Object.entries(made.opts<Given["options"]>()).filter(([name]) => names.has(name)))
}

const unknownCommand = ({ name, commands }: CommandFamily, word: string): Error => {
  const meant = nearest(word, commands.map(nameOf))
  return misuse(
    `There is no command "charter ${name} ${word}".`,
    meant === undefined ? `See: charter ${name} --help` : `Did you mean: charter ${name} ${meant}`,
  )
}

const invocationOf = (argv: ReadonlyArray<string>, program: Program, command: Commander): Invocation => {
  const { json, org, workspace, tokenFile } = optionsOf(command)
  const folder = dataFolderOf(command)
  return {
    output: makeOutput(json === true),
    folders: foldersOf(
      {
        ...(typeof workspace === "string" ? { workspace } : undefined),
        ...(folder === undefined ? undefined : { data: folder }),
      },
      process.env,
      process.cwd(),
    ),
    workspaceNamed: typeof workspace === "string" || (process.env["CHARTER_WORKSPACE"] ?? "") !== "",
    foldersNamed: typeof workspace === "string" || folder !== undefined,
    org: typeof org === "string" ? (org.startsWith("@") ? org : `@${org}`) : undefined,
    tokenFile: typeof tokenFile === "string" ? tokenFile : undefined,
    environment: process.env,
    argv,
    program,
  }
}

/** Those before the command's name, too; what stands later counts. */
const optionsOf = (command: Commander): Given["options"] => ({
  ...(command.parent === null ? undefined : optionsOf(command.parent)),
  ...command.opts(),
})

/** Where a command has a `--data` of its own, the folder stands before its name. */
const dataFolderOf = (command: Commander): string | undefined => {
  const own = command.opts()["data"] as Given["options"][string]
  if (typeof own === "string") return own
  return command.parent === null ? undefined : dataFolderOf(command.parent)
}

const collect = (value: string, earlier: ReadonlyArray<string> = []): ReadonlyArray<string> => [...earlier, value]

/** Commander calls an action with the arguments, then the options, then the command. */
const givenBy = (command: Commander, given: ReadonlyArray<unknown>): Given => ({
  arguments: given
    .slice(0, command.registeredArguments.length)
    .flat()
    .filter((argument) => typeof argument === "string"),
  options: command.opts(),
})

const HELP: HelpConfiguration = {
  minWidthToWrap: 20,
  styleTitle: (title) => bold(title),
  subcommandTerm: (command) => command.name(),
  /** What a command does comes before its options, and its own before those of every command. */
  formatHelp: (command, help) => {
    const sections = Help.prototype.formatHelp.call(help, command, help).split("\n\n")
    const place = (section: string): number =>
      LAST_SECTIONS.findIndex((title) => stripVTControlCharacters(section).startsWith(title))
    return `${sections
      .toSorted((one, other) => place(one) - place(other))
      .map((section) => section.trimEnd())
      .join("\n\n")}\n`
  },
}

const LAST_SECTIONS = ["Options:", "Of every command:"]

/** What commander has not understood of a command's line, and where that command's help is. */
const misunderstood =
  (commandLine: string) =>
  (text: string, write: (text: string) => void): void =>
    write(errorText(text, commandLine))

/** As `run.ts` prints a failure. */
const errorText = (text: string, commandLine: string): string => {
  const { stderr } = process
  const [message = "", ...hints] = text
    .trimEnd()
    .replace(/^error: /, "")
    .split("\n")
  const next = hints.map((hint) => hint.replace(/^\((.*)\)$/, "$1"))
  if (message.includes("Expected 0 arguments"))
    next.push("A workspace is named by --workspace FOLDER, an organization by --org NAME")
  return [
    `${bold(red("error:", stderr), stderr)} ${capitalized(message).replace(/\.$/, "")}.`,
    ...[...next, `What there is: ${commandLine} --help`].map((line) => `${dim("→", stderr)} ${line}`),
    "",
  ].join("\n")
}

/** `charter tasks show` */
const lineOf = (command: Commander): string =>
  command.parent === null ? command.name() : `${lineOf(command.parent)} ${command.name()}`

const nameOf = ({ usage }: Command): string => usage.split(" ", 1)[0]!

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const examples = (list: ReadonlyArray<readonly [commandLine: string, effect: string]>): string => {
  const width = Math.max(...list.map(([line]) => line.length))
  const lines = list.map(([line, effect]) => {
    if (effect === "") return `  charter ${line}`
    return width > MAX_EXAMPLE_COLUMNS
      ? `  charter ${line}\n      ${dim(effect)}`
      : `  charter ${line.padEnd(width)}   ${dim(effect)}`
  })
  return `\n${bold("Examples:")}\n${lines.join("\n")}`
}

/** With longer command lines, what they do is on a line of its own. */
const MAX_EXAMPLE_COLUMNS = 42

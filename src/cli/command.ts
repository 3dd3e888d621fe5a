/** How a command is declared: everything that help shows, and what to load when it runs. Loading a declaration costs nothing. */
import type { Folders } from "../discovery/folders.ts"
import type { Output } from "./output.ts"
import type { Program } from "./program.ts"

/** What every command is given. */
export interface Invocation {
  readonly output: Output
  readonly folders: Folders
  /** The command line names a workspace or a data folder. */
  readonly foldersNamed: boolean
  /** A workspace is named, on the command line or in `CHARTER_WORKSPACE`; else it is where the command runs. */
  readonly workspaceNamed: boolean
  /** `--org`, with its `@`. */
  readonly org: string | undefined
  readonly tokenFile: string | undefined
  readonly environment: NodeJS.ProcessEnv
  /** The arguments as the shell gave them, without the program. */
  readonly argv: ReadonlyArray<string>
  readonly program: Program
}

export interface Command {
  /** With its arguments, as commander writes them: `publish <type>`. */
  readonly usage: string
  /** One line, in the list of commands. */
  readonly summary: string
  /** What a newcomer has to know, above the options. */
  readonly details?: string
  readonly arguments?: Readonly<Record<string, string>>
  readonly options?: ReadonlyArray<readonly [flags: string, description: string, repeats?: "repeats"]>
  /** The words that an option or argument takes, by its name: for completion. */
  readonly choices?: Readonly<Record<string, ReadonlyArray<string>>>
  /** A command line without `charter`, and what it does. */
  readonly examples: ReadonlyArray<readonly [commandLine: string, effect: string]>
  /** Options and arguments that the declaration does not know are the command's own affair. */
  readonly passThrough?: true
  /** Exit code; 0 where it gives none. Does nothing yet but load what it needs. */
  readonly run: (invocation: Invocation, given: Given) => Promise<number | void>
}

/** What stood on the command line, by the names of the declaration. */
export interface Given {
  readonly arguments: ReadonlyArray<string>
  readonly options: Readonly<Record<string, string | true | ReadonlyArray<string> | undefined>>
}

/** Commands of one word; the first is what the word alone does, unless `needed`. */
export interface CommandFamily {
  readonly name: string
  readonly summary: string
  readonly commands: ReadonlyArray<Command>
  /** The word alone is not enough. */
  readonly needed?: true
}

export interface CommandGroup {
  readonly heading: string
  readonly commands: ReadonlyArray<Command | CommandFamily>
}

export const isFamily = (command: Command | CommandFamily): command is CommandFamily => "commands" in command

/** Of an option that takes a value. */
export const textOption = ({ options }: Given, name: string): string | undefined => {
  const value = options[name]
  return typeof value === "string" ? value : undefined
}

/** Of an option that repeats. */
export const listOption = ({ options }: Given, name: string): ReadonlyArray<string> => {
  const value = options[name]
  return typeof value === "string" ? [value] : Array.isArray(value) ? (value as ReadonlyArray<string>) : []
}

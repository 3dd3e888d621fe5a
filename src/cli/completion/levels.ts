/** What can stand where on a command line, from the declarations: what the completion of every shell is made of. */
import { type Command, isFamily } from "../command.ts"
import { COMMON_OPTIONS, GROUPS } from "../groups.ts"

/** What an option or an argument takes: files, folders, some of these words, or nothing that could be guessed. */
export type Values = "files" | "folders" | "unknown" | ReadonlyArray<string>

export interface CompletedOption {
  /** `--follow`, `-f`. */
  readonly names: ReadonlyArray<string>
  readonly description: string
  /** `undefined` where it takes no value. */
  readonly values: Values | undefined
}

/** A command line up to a word: `""`, `/tasks`, `/tasks/list`. */
export interface Level {
  readonly at: string
  readonly commands: ReadonlyArray<readonly [name: string, summary: string]>
  readonly options: ReadonlyArray<CompletedOption>
  /** Of the arguments. */
  readonly values: Values
}

export const levels = (): ReadonlyArray<Level> => {
  const all = GROUPS.flatMap(({ commands }) => commands)
  const root: Level = {
    at: "",
    commands: all.map((one) => [isFamily(one) ? one.name : nameOf(one), one.summary]),
    options: optionsOf([["-V, --version", "print the version"]], {}),
    values: "unknown",
  }
  return [
    root,
    ...all.flatMap((one): ReadonlyArray<Level> => {
      if (!isFamily(one)) return [levelOf(one, "")]
      const at = `/${one.name}`
      // The word alone takes what its first command takes.
      const [first] = one.needed === true ? [] : one.commands
      const family: Level = {
        at,
        commands: one.commands.map((command) => [nameOf(command), command.summary]),
        options: optionsOf(first?.options ?? [], first?.choices ?? {}),
        values: "unknown",
      }
      return [family, ...one.commands.map((command) => levelOf(command, at))]
    }),
  ]
}

/** Options whose next word is theirs, of whatever command. */
export const optionsWithValue = (of: ReadonlyArray<Level>): ReadonlyArray<string> => [
  ...new Set(
    of.flatMap(({ options }) => options.filter(({ values }) => values !== undefined).flatMap(({ names }) => names)),
  ),
]

const levelOf = (command: Command, parent: string): Level => ({
  at: `${parent}/${nameOf(command)}`,
  commands: [],
  options: optionsOf(command.options ?? [], command.choices ?? {}),
  values: valuesOf([...command.usage.matchAll(ARGUMENT)].map(([, name = ""]) => name).at(-1), command.choices ?? {}),
})

type Declared = NonNullable<Command["options"]>
type Choices = NonNullable<Command["choices"]>

/** A command's own, then the common ones that it does not replace. */
const optionsOf = (own: Declared, choices: Choices): ReadonlyArray<CompletedOption> => {
  const declared: Declared = [...own, ...COMMON_OPTIONS, ["-h, --help", "print help"]]
  const found = new Map<string, CompletedOption>()
  for (const [flags, description] of declared) {
    const names = [...flags.matchAll(/(?:^|\s)(-[\w-]+)/g)].map(([, name = ""]) => name)
    const long = names.at(-1)!
    const value = ARGUMENT_ONCE.exec(flags)?.[1]
    const values = value === undefined ? undefined : valuesOf(long.slice(2) in choices ? long.slice(2) : value, choices)
    if (!found.has(long)) found.set(long, { names, description, values })
  }
  return [...found.values()]
}

const ARGUMENT = /[<[](\w+)(?:\.\.\.)?[>\]]/g
const ARGUMENT_ONCE = new RegExp(ARGUMENT.source)

const valuesOf = (name: string | undefined, choices: Choices): Values => {
  if (name === undefined) return "unknown"
  const words = choices[name]
  if (words !== undefined) return words
  return /^folders?$/.test(name) ? "folders" : /^(?:files?|what)$/.test(name) ? "files" : "unknown"
}

const nameOf = ({ usage }: Command): string => usage.split(" ", 1)[0]!

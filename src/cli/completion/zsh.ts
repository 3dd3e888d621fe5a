import { type Level, optionsWithValue, type Values } from "./levels.ts"

export const zshCompletion = (levels: ReadonlyArray<Level>): string => `#compdef charter
_charter() {
  local at= word
  local -a found
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case $word in
      (${optionsWithValue(levels).join("|")}) ((i++)); continue ;;
    esac
    case "$at/$word" in
      (${levels.flatMap(({ at }) => (at === "" ? [] : [at])).join("|")}) at="$at/$word" ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${levels
  .flatMap(({ at, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : [`    (${names.map((name) => quoted(`${at} ${name}`)).join("|")}) ${complete(values)}; return ;;`],
    ),
  )
  .join("\n")}
  esac
  case "$at $words[CURRENT]" in
${levels
  .flatMap(({ at, commands, options, values }) => [
    `    ("${at} -"*) found=(${options.flatMap(({ names, description }) => names.map((name) => described(name, description))).join(" ")}); _describe -o option found ;;`,
    commands.length > 0
      ? `    ("${at} "*) found=(${commands.map(([name, summary]) => described(name, summary)).join(" ")}); _describe command found ;;`
      : `    ("${at} "*) ${complete(values)} ;;`,
  ])
  .join("\n")}
  esac
}
if [[ $funcstack[1] == _charter ]]; then _charter "$@"; else compdef _charter charter; fi
`

const complete = (values: Values): string => {
  if (values === "unknown") return "_message value"
  if (values === "files") return "_files"
  if (values === "folders") return "_files -/"
  return `compadd -- ${values.join(" ")}`
}

const described = (name: string, description: string): string => quoted(`${name}:${description}`)

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

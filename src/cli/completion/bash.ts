import { type Level, optionsWithValue, type Values } from "./levels.ts"

/** For bash 3.2 and later, which macOS has. */
export const bashCompletion = (levels: ReadonlyArray<Level>): string => `# charter completion bash
_charter() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at= i IFS=$'\\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${optionsWithValue(levels).join("|")}) ((i++)); continue ;;
    esac
    case "$at/\${COMP_WORDS[i]}" in
      ${levels.flatMap(({ at }) => (at === "" ? [] : [at])).join("|")}) at="$at/\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${levels
  .flatMap(({ at, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : [`    ${names.map((name) => `"${at} ${name}"`).join("|")}) ${reply(values)}; return ;;`],
    ),
  )
  .join("\n")}
  esac
  case "$at $cur" in
${levels
  .flatMap(({ at, commands, options, values }) => [
    `    "${at} -"*) ${reply(options.flatMap(({ names }) => names))} ;;`,
    `    "${at} "*) ${reply(commands.length > 0 ? commands.map(([name]) => name) : values)} ;;`,
  ])
  .join("\n")}
  esac
}
complete -F _charter charter
`

const reply = (values: Values): string => {
  if (values === "unknown") return ":"
  if (values === "files") return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur"))`
  if (values === "folders") return `compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))`
  return `COMPREPLY=($(compgen -W $'${values.join("\\n")}' -- "$cur"))`
}

import { type Level, optionsWithValue, type Values } from "./levels.ts"

export const fishCompletion = (levels: ReadonlyArray<Level>): string => `# charter completion fish
function __charter_at
  set -l at ''
  set -l value 0
  for word in (commandline -opc)[2..-1]
    if test $value = 1
      set value 0
      continue
    end
    switch $word
      case ${optionsWithValue(levels).join(" ")}
        set value 1
        continue
    end
    switch "$at/$word"
      case ${levels.flatMap(({ at }) => (at === "" ? [] : [at])).join(" ")}
        set at "$at/$word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c charter -f
${levels.flatMap(linesOf).join("\n")}
`

const linesOf = ({ at, commands, options, values }: Level): ReadonlyArray<string> => {
  const start = `complete -c charter -n ${quoted(`__charter_at '${at}'`)}`
  return [
    ...commands.map(([name, summary]) => `${start} -a ${name} -d ${quoted(summary)}`),
    ...options.flatMap(({ names, description, values: taken }) => {
      const option = `${start}${names.map(flag).join("")}`
      const described = `${option} -d ${quoted(description)}`
      if (taken === undefined) return [described]
      // On one line, each of the words would be described as the option is.
      return typeof taken === "string"
        ? [`${described} ${given(taken)}`]
        : [`${described} -x`, `${option} ${given(taken)}`]
    }),
    ...(values === "unknown" || commands.length > 0 ? [] : [`${start} ${given(values).replace(/^-[xr] /, "")}`]),
  ]
}

const flag = (name: string): string => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)

const given = (values: Values): string => {
  if (values === "unknown") return "-x"
  if (values === "files") return "-r -F"
  if (values === "folders") return "-x -a '(__fish_complete_directories)'"
  return `-x -a ${quoted(values.join(" "))}`
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

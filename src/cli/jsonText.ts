/** JSON for people: what fits on one line stays on one. */
export const jsonText = (value: unknown, columns: number, indent = ""): string => {
  const short = JSON.stringify(value)
  if (typeof value !== "object" || value === null || indent.length + short.length <= columns) return short
  const inner = `${indent}  `
  const [open, close, members] = Array.isArray(value)
    ? ["[", "]", value.map((one) => jsonText(one, columns, inner))]
    : ["{", "}", Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${jsonText(one, columns, inner)}`)]
  return [open, members.map((member) => `${inner}${member}`).join(",\n"), `${indent}${close}`].join("\n")
}

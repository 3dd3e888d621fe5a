/** Prometheus text taken apart by its grammar (exposition format 0.0.4), and what its conventions ask for. Throws at the first fault. */

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly samples: ReadonlyArray<Sample>
}
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/

export const parseExposition = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith("\n")) throw new Error("the last line has no end")
  const families = new Map<string, Family & { readonly samples: Array<Sample> }>()
  let help: readonly [name: string, text: string] | undefined
  let current: (Family & { readonly samples: Array<Sample> }) | undefined
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line)
    if (comment?.[1] === "HELP") help = [comment[2]!, comment[3]!]
    else if (comment?.[1] === "TYPE") {
      const [, , name = "", type = ""] = comment
      if (help?.[0] !== name) throw new Error(`${name} has no HELP before its TYPE`)
      if (families.has(name)) throw new Error(`${name} comes twice`)
      if (type !== "counter" && type !== "gauge" && type !== "histogram") throw new Error(`${name} is a ${type}`)
      current = { name, help: help[1], type, samples: [] }
      families.set(name, current)
    } else {
      const sample = parseSample(line)
      if (current === undefined || !belongs(sample.name, current)) throw new Error(`${line} belongs to nothing`)
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted()])
      if (current.samples.some((one) => JSON.stringify([one.name, Object.entries(one.labels).toSorted()]) === key))
        throw new Error(`${line} comes twice`)
      current.samples.push(sample)
    }
  }
  return families
}

const belongs = (name: string, { name: family, type }: Family): boolean =>
  type === "histogram" ? [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name) : name === family

const parseSample = (line: string): Sample => {
  const [name] = NAME.exec(line) ?? []
  if (name === undefined) throw new Error(`no name: ${line}`)
  let rest = line.slice(name.length)
  const labels: Record<string, string> = {}
  if (rest.startsWith("{")) {
    rest = rest.slice(1)
    while (!rest.startsWith("}")) {
      const [label] = LABEL_NAME.exec(rest) ?? []
      const value = label === undefined ? null : /^="((?:[^"\\\n]|\\["\\n])*)"/.exec(rest.slice(label.length))
      if (label === undefined || value === null || label in labels) throw new Error(`labels: ${line}`)
      labels[label] = value[1]!
      rest = rest.slice(label.length + value[0].length)
      if (rest.startsWith(",")) rest = rest.slice(1)
      else if (!rest.startsWith("}")) throw new Error(`labels: ${line}`)
    }
    rest = rest.slice(1)
  }
  const value = /^ ([+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/.exec(rest)
  if (value === null) throw new Error(`no value: ${line}`)
  return { name, labels, value: Number(value[1]!.replace("Inf", "Infinity")) }
}

/** What promtool would find fault with, and what makes histograms right. */
export const faultsOf = ({ name, help, type, samples }: Family): ReadonlyArray<string> => {
  const faults: Array<string> = []
  const expect = (holds: boolean, what: string): void => void (holds || faults.push(`${name}: ${what}`))
  expect(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name), "is lower-case words")
  expect(name.endsWith("_total") === (type === "counter"), "counters, and only they, end in _total")
  expect(!/(milliseconds|_ms|minutes|hours|kilobytes|_kb|_mb|percent)(_|$)/.test(name), "is in base units")
  expect(!/_(bucket|sum|count|info_total)$/.test(name), "has no suffix that is taken")
  expect(/[.0]$/.test(help) && /^[A-Z1-9]/.test(help), "has a sentence as its help")
  for (const { labels } of samples)
    for (const label of Object.keys(labels))
      expect(
        !["instance", "job", "quantile"].includes(label) && (label !== "le" || type === "histogram"),
        `has no label ${label}`,
      )
  if (type === "counter")
    expect(
      samples.every(({ value }) => value >= 0),
      "is not negative",
    )
  if (type === "histogram") {
    const series = Map.groupBy(samples, ({ labels: { le: _, ...others } }) => JSON.stringify(others))
    for (const [, ones] of series) {
      const buckets = ones.filter((one) => one.name.endsWith("_bucket"))
      const bounds = buckets.map(({ labels }) => Number(labels["le"]!.replace("Inf", "Infinity")))
      const counts = buckets.map(({ value }) => value)
      const count = ones.find((one) => one.name.endsWith("_count"))?.value
      expect(bounds.at(-1) === Number.POSITIVE_INFINITY, "ends with +Inf")
      expect(
        bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]!),
        "has bounds in order",
      )
      expect(
        counts.every((one, at) => at === 0 || one >= counts[at - 1]!),
        "is cumulative",
      )
      expect(counts.at(-1) === count, "has all it counts in its last bucket")
      expect(
        ones.some((one) => one.name.endsWith("_sum")),
        "has a sum",
      )
    }
  }
  return faults
}

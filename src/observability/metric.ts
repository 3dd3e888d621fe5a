/** How a metric is declared: once, with its name, its help and the words that its labels may have. */
import { Metric } from "effect"
import { METRICS } from "./registry.ts"

/** Series of one metric beyond which further label values are counted under {@link OTHER}. */
export const MAX_SERIES = 512
export const OTHER = "(other)"

type Labels = Readonly<Record<string, string>>

interface Declaration<L extends string> {
  /** In base units, by the conventions of Prometheus; OTLP has the same name. */
  readonly name: string
  readonly help: string
  /** Of OTLP; Prometheus has it in the name. */
  readonly unit?: "s" | "By"
  readonly labels?: ReadonlyArray<L>
  /** Label values that are there from the start, at zero, where there is one label. */
  readonly values?: ReadonlyArray<string>
}

/** The names of all that are declared, for tests and the operator's guide. */
export const declared: Array<string> = []

/** Series by their label values. Labels come from fixed sets of words or from the rules, never from input. */
const makeSeries = <L extends string, Input, State>(
  declaration: Declaration<L>,
  make: (attributes: Labels) => Metric.Metric<Input, State>,
) => {
  declared.push(declaration.name)
  const { labels = [], values = [] } = declaration
  const unit: Labels = declaration.unit === undefined ? {} : { unit: declaration.unit }
  const series = new Map<string, Metric.Metric<Input, State>>()
  const of = (given: ReadonlyArray<string>): Metric.Metric<Input, State> => {
    const key = given.length === 1 ? given[0]! : given.join("\n")
    const known = series.get(key)
    if (known !== undefined) return known
    if (series.size >= MAX_SERIES && given.some((value) => value !== OTHER)) return of(labels.map(() => OTHER))
    const made = make({ ...unit, ...Object.fromEntries(labels.map((label, at) => [label, given[at]!])) })
    series.set(key, made)
    // Reading registers it, so that it is shown before it is first written.
    made.valueUnsafe(METRICS)
    return made
  }
  if (labels.length === 0) of([])
  for (const value of values) of([value])
  return { of, series }
}

export interface Counter {
  /** Adds one under these label values. */
  readonly add: (...labels: ReadonlyArray<string>) => void
  /** The count so far is known elsewhere, and is this. */
  readonly reach: (total: number) => void
}

export const counter = <const L extends string>(declaration: Declaration<L>): Counter => {
  const { of } = makeSeries(declaration, (attributes) =>
    Metric.counter(declaration.name, { description: declaration.help, attributes, incremental: true }),
  )
  let reached = 0
  return {
    add: (...labels) => of(labels).updateUnsafe(1, METRICS),
    reach: (total) => {
      of([]).updateUnsafe(total - reached, METRICS)
      reached = total
    },
  }
}

export interface Gauge {
  readonly set: (value: number, ...labels: ReadonlyArray<string>) => void
  /** Replaces all series by these; those beyond {@link MAX_SERIES} add up. For one label. */
  readonly setAll: (values: Iterable<readonly [label: string, value: number]>) => void
}

export const gauge = <const L extends string>(declaration: Declaration<L>): Gauge => {
  const { of, series } = makeSeries(declaration, (attributes) =>
    Metric.gauge(declaration.name, { description: declaration.help, attributes }),
  )
  return {
    set: (value, ...labels) => of(labels).updateUnsafe(value, METRICS),
    setAll: (values) => {
      const sums = new Map<string, number>()
      for (const [label, value] of values) {
        const shown = sums.has(label) || sums.size < MAX_SERIES - 1 ? label : OTHER
        sums.set(shown, (sums.get(shown) ?? 0) + value)
      }
      for (const [label, one] of series)
        if (!sums.has(label)) {
          Metric.removeUnsafe(one, METRICS)
          series.delete(label)
        }
      for (const [label, value] of sums) of([label]).updateUnsafe(value, METRICS)
    },
  }
}

export interface Histogram {
  readonly observe: (value: number, ...labels: ReadonlyArray<string>) => void
}

/** `bounds`: upper ends of its buckets, but for the last, which has none. */
export const histogram = <const L extends string>(
  declaration: Declaration<L> & { readonly bounds: ReadonlyArray<number> },
): Histogram => {
  const { of } = makeSeries(declaration, (attributes) =>
    Metric.histogram(declaration.name, { description: declaration.help, attributes, boundaries: declaration.bounds }),
  )
  return { observe: (value, ...labels) => of(labels).updateUnsafe(value, METRICS) }
}

/**
 * The metrics of this process, in Effect's registry: Prometheus text and OTLP are both read from here. Figures that
 * live elsewhere are asked for when somebody reads.
 */
import { Context, Metric } from "effect"

type Series = Metric.MetricRegistry extends Map<string, infer A> ? A : never

class Registry extends Map<string, Series> {
  readonly collectors = new Set<() => void>()

  override values(): MapIterator<Series> {
    for (const collect of this.collectors) collect()
    return super.values()
  }
}

const registry = new Registry()

/** For whoever reads or writes them. */
export const METRICS = Context.make(Metric.MetricRegistry, registry)

/** `collect` brings gauges up to date whenever the metrics are read; returns what ends that. */
export const collectWith = (collect: () => void): (() => void) => {
  registry.collectors.add(collect)
  return () => registry.collectors.delete(collect)
}

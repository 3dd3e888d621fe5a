/** Prometheus text (exposition format 0.0.4), as far as the daemon writes it: no timestamps. */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** By the name of the metric. Comments and lines that are no sample are left out. */
export const parseMetrics = (text: string): ReadonlyMap<string, ReadonlyArray<Sample>> => {
  const metrics = new Map<string, Array<Sample>>()
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) continue
    const sample = {
      labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, said]) => [label, said])),
      value: Number(value),
    }
    metrics.set(name, [...(metrics.get(name) ?? []), sample])
  }
  return metrics
}

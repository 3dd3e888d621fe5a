import { expect, it } from "vitest"
import { parseMetrics } from "./prometheus.ts"

it("reads samples by name, with their labels", () => {
  const text =
    '# HELP a_total Of all.\n# TYPE a_total counter\na_total{verdict="allow",of="x"} 3\na_total 2.5e3\n\nup 1\n'
  expect([...parseMetrics(text)]).toEqual([
    [
      "a_total",
      [
        { labels: { verdict: "allow", of: "x" }, value: 3 },
        { labels: {}, value: 2500 },
      ],
    ],
    ["up", [{ labels: {}, value: 1 }]],
  ])
})

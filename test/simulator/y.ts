import { makeRandom } from "../../bench/workload/random.ts"
import { live } from "./life.ts"
import { makeSteps } from "./steps.ts"
const from = Number(process.argv[2]),
  n = Number(process.argv[3])
const kinds = new Map<string, Array<number>>()
const slow = [0, 0]
for (let seed = from; seed < from + n; seed++) {
  const t = performance.now()
  const l = live({ seed, steps: makeSteps(makeRandom(~seed), 1000), without: new Set() })
  process.stderr.write(`${seed} ${l.records.length} ${Math.round(performance.now() - t)}\n`)
  const ms = performance.now() - t
  if (ms > 1500) console.log("slow", seed, Math.round(ms), l.records.length)
  for (const b of l.broken) {
    const k = b
      .split("\n")[0]!
      .replaceAll(/[@\w."#-]*\d[\w."#-]*|@\w+/g, "…")
      .slice(0, 110)
    ;(kinds.get(k) ?? kinds.set(k, []).get(k)!).push(seed)
  }
}
for (const [k, s] of kinds) console.log(s.length, k, [...new Set(s)].slice(0, 6).join(" "))

/** `npm run simulate`: random lives of the kernel, from a seed. Ends with 1 where something is broken, and says what. */
import { parseArgs } from "node:util"
import { describeFound, describeSimulation } from "./report.ts"
import { simulate } from "./simulate.ts"

const HELP = `npm run simulate -- [--seed SEED] [--steps STEPS]

Plays random contracts, organizations, events, votes, delegations, work, time and crashes through the kernel, and
checks what must hold. A seed that breaks something is printed with the shortest history that still does.

  --seed SEED     a whole number; without it, a new one each time
  --steps STEPS   default 200000
`

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "200000" },
    help: { type: "boolean", short: "h" },
  },
})
if (values.help === true) process.stdout.write(HELP)
else {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const steps = Number(values.steps)
  if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(steps) || steps < 1)
    throw new Error("a seed and a number of steps are whole numbers")
  process.stderr.write(`seed ${seed}\n`)
  const start = performance.now()
  const simulation = simulate(seed, steps, (done) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${done.toLocaleString("en")} of ${steps.toLocaleString("en")} steps`)
  })
  if (process.stderr.isTTY) process.stderr.write("\n")
  process.stdout.write(`${describeSimulation(simulation, performance.now() - start)}\n`)
  if (simulation.found !== undefined) {
    process.stdout.write(`\n${describeFound(simulation.found)}\n`)
    process.exitCode = 1
  }
}

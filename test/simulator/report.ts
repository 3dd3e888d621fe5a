/** What a simulation came to, for people. */
import type { Found, Simulation } from "./simulate.ts"

/** Records shown of a history that breaks something. */
const MAX_SHOWN_RECORDS = 60

export const describeSimulation = ({ steps, records, compared, refused, types }: Simulation, ms: number): string =>
  [
    `${steps.toLocaleString("en")} steps, ${records.toLocaleString("en")} records of ${types.size} types, ${(ms / 1_000).toFixed(1)} s`,
    `${compared.toLocaleString("en")} verdicts compared with the model, ${refused.toLocaleString("en")} commands refused`,
  ].join("\n")

/** The seed, what is broken, the contracts, the steps, and the end of the log. */
export const describeFound = ({ seed, broken, life, lived }: Found): string =>
  [
    `BROKEN, seed ${seed}: npm run simulate -- --seed ${seed} --steps 1000`,
    ...broken.slice(0, 5).map((what) => `  ${what}`),
    "",
    `The shortest history found, of ${life.steps.length} steps and ${lived.records.length} records, breaks this:`,
    ...lived.broken.slice(0, 5).map((what) => `  ${what}`),
    "",
    lived.worlds.map(({ text }, index) => `# revision ${index}\n${text}`).join("\n"),
    ...life.steps.map((step) => JSON.stringify(step)),
    "",
    ...lived.records.slice(-MAX_SHOWN_RECORDS).map(({ event, decision }) =>
      JSON.stringify({
        org: event.org,
        seq: event.seq,
        time: event.time,
        type: event.type,
        actor: event.actor.name,
        data: event.data,
        verdict: decision?.verdict,
        rule: decision?.rule,
        reason: decision?.reason,
      }),
    ),
  ].join("\n")

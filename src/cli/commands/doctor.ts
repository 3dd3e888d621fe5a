/** `charter doctor` */
import type { Invocation } from "../command.ts"
import { checkDaemon } from "../doctor/daemon.ts"
import type { Finding } from "../doctor/finding.ts"
import { checkMachine } from "../doctor/machine.ts"
import { checkWorkspace } from "../doctor/workspace.ts"
import { EXIT_FAILED } from "../failure.ts"
import { bold, dim, green, red, yellow } from "../output.ts"
import { fold } from "../text.ts"

export const doctor = async ({ output, folders, environment, program }: Invocation): Promise<number> => {
  const checks = [
    ...checkMachine(folders),
    ...(await checkWorkspace(folders, environment)),
    ...(await checkDaemon(folders, program.version)),
  ]
  const count = (state: Finding["state"]): number => checks.filter((one) => one.state === state).length
  const under = (text: string): string => fold(text, output.columns - INDENT.length).replaceAll("\n", `\n${INDENT}`)
  const healthy = count("bad") === 0
  output.answer({ healthy, checks }, () =>
    [
      ...checks.flatMap(({ check, state, what, next }) => [
        `${STATES[state](state.padEnd(4))}  ${check.padEnd(CHECK_COLUMNS)}  ${under(what)}`,
        ...(next === undefined ? [] : [`${INDENT}${dim(under(`→ ${next}`))}`]),
      ]),
      "",
      bold(
        healthy
          ? `Nothing is broken${count("warn") === 0 ? "" : `; ${count("warn")} to know about`}.`
          : `${count("bad")} broken, ${count("warn")} to know about.`,
      ),
    ].join("\n"),
  )
  return healthy ? 0 : EXIT_FAILED
}

const CHECK_COLUMNS = 9
/** Where what was found stands. */
const INDENT = " ".repeat(CHECK_COLUMNS + 8)
const STATES = { ok: green, warn: yellow, bad: red } as const

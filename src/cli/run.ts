/** Arguments → command → exit code. The one place where a failure becomes text. */
import { CommanderError } from "commander"
import { EXIT_FAILED, EXIT_USAGE, Failure } from "./failure.ts"
import { bold, dim, forTerminal, red } from "./output.ts"
import type { Program } from "./program.ts"
import { commandTree } from "./tree.ts"

/** Exit code: 0 done, 1 refused or failed, 2 not understood. */
export const run = async (argv: ReadonlyArray<string>, program: Program): Promise<number> => {
  process.stdout.on("error", endWithOutput)
  // What is said beside the answer is no reason to end, least of all for a daemon whose log nobody takes any more.
  process.stderr.on("error", () => {})
  let exitCode = 0
  const tree = commandTree(argv, program, (code) => (exitCode = code))
  try {
    await tree.parseAsync(argv.length === 0 ? ["--help"] : argv, { from: "user" })
    return exitCode
  } catch (error) {
    // Commander has printed what it had to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE
    return report(error, argv.includes("--json"))
  }
}

/** Whoever reads has seen enough: `charter events | head`. Or there is no room: `charter export > FILE`. */
const endWithOutput = (error: NodeJS.ErrnoException): void => {
  if (error.code === "EPIPE") process.exit()
  const failure = new Failure(`The output is not complete: ${error.message}.`, {
    next: ["Make room where it goes, or send it elsewhere"],
  })
  process.exit(report(failure, false))
}

const report = (error: unknown, json: boolean): number => {
  const failure = error instanceof Failure ? error : unexpected(error)
  if (json && failure.exitCode === EXIT_FAILED) {
    const problem = failure.problem ?? {
      type: "urn:charter:problem:command-failed",
      title: "Failed",
      detail: failure.message,
    }
    process.stdout.write(`${JSON.stringify(problem, undefined, 2)}\n`)
    return failure.exitCode
  }
  const { stderr } = process
  stderr.write(`${forTerminal(`${bold(red("error:", stderr), stderr)} ${failure.message}`)}\n`)
  for (const line of failure.next) stderr.write(`${forTerminal(`${dim("→", stderr)} ${line}`)}\n`)
  return failure.exitCode
}

/** A mistake of ours; where it is, is for who looks for it. */
const unexpected = (error: unknown): Failure => {
  if (process.env["CHARTER_DEBUG"] !== undefined)
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  const message = error instanceof Error ? error.message : String(error)
  return new Failure(message.split("\n", 1)[0] ?? "", {
    next: ["This was not expected. With CHARTER_DEBUG=1 it says where it happened."],
  })
}

/** Why a command ends without having done what it was asked for. Thrown by commands, printed in one place. */
import type { Problem } from "./answers.ts"

/** 0 is done. */
export const EXIT_FAILED = 1
export const EXIT_USAGE = 2

export class Failure extends Error {
  /** What to do next, one line each. */
  readonly next: ReadonlyArray<string>
  readonly exitCode: number
  /** What the daemon answered, where it was the daemon that refused. */
  readonly problem: Problem | undefined

  constructor(
    message: string,
    {
      next = [],
      exitCode = EXIT_FAILED,
      problem,
    }: { next?: ReadonlyArray<string>; exitCode?: number; problem?: Problem } = {},
  ) {
    super(message)
    this.next = next
    this.exitCode = exitCode
    this.problem = problem
  }
}

/** The command was not understood. */
export const misuse = (message: string, ...next: ReadonlyArray<string>): Failure =>
  new Failure(message, { next, exitCode: EXIT_USAGE })

/** Why a call has no answer. */

/** RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: ReadonlyArray<{ readonly pointer?: string; readonly parameter?: string; readonly detail: string }>
  readonly [extension: string]: unknown
}

/** The daemon has refused, or could not. */
export class CallRefused extends Error {
  override readonly name = "CallRefused"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** No answer, or half of one: whether the daemon has done what it was asked for is not known. */
export class DaemonLost extends Error {
  override readonly name = "DaemonLost"
}

/** An answer that is none of Charter's, or of a version with another idea of it. */
export class AnswerUnknown extends Error {
  override readonly name = "AnswerUnknown"
}

/** A process beside a contestant that answers each message, in order; what it costs is no part of what is measured. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

export interface Helper<Message, Answer> {
  /** Rejects where it answers with `failed`, or ends. */
  readonly ask: (message: Message) => Promise<Answer>
  readonly end: () => void
}

/** Room for all that a slice needs: what it collects of its own would count as lateness of whom it asks. */
const HEAP = "--initial-old-space-size=256"

export const startHelper = <Message extends object, Answer extends object>(module: URL): Helper<Message, Answer> => {
  const child = fork(fileURLToPath(module), { execArgv: [HEAP] })
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const ended = (): void => reject(new Error("the process beside a contestant ended"))
        child.once("exit", ended)
        child.once("message", (answer: Answer | Failed) => {
          child.off("exit", ended)
          if ("failed" in answer) reject(new Error(answer.failed))
          else resolve(answer)
        })
        child.send(message)
      }),
    end: () => child.disconnect(),
  }
}

export interface Failed {
  readonly failed: string
}

/** In the process itself: answers until whoever started it is gone. */
export const answerMessages = <Message, Answer extends object>(answer: (message: Message) => Promise<Answer>): void => {
  process.on("message", (message: Message) => {
    answer(message).then(
      (reply) => process.send?.(reply),
      (error: unknown) => process.send?.({ failed: String(error) } satisfies Failed),
    )
  })
  process.on("disconnect", () => process.exit())
}

/** The process of one contestant. It ends with whoever started it. */
import type { Contestant, Prepare } from "./contestant.ts"
import type { Request, Response } from "./messages.ts"

let contestant: Contestant | undefined

const answer = async (request: Request): Promise<unknown> => {
  switch (request.op) {
    case "prepare": {
      const module = (await import(request.module)) as { readonly default: Prepare<unknown> }
      contestant = await module.default(request.input)
      return undefined
    }
    case "answers":
      return contestant!.answers?.(request.count)
    case "slice":
      return contestant!.slice(request.ms)
    case "figures":
      return contestant!.figures?.() ?? {}
  }
}

process.on("message", (request: Request) => {
  const reply = (response: Response): void => void process.send?.(response)
  answer(request).then(
    (value) => reply({ value }),
    (error: unknown) => reply({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.on("disconnect", () => {
  void Promise.resolve(contestant?.close?.()).finally(() => process.exit())
})

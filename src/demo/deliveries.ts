/** Real webhook deliveries, as GitHub documents them: the examples of `@octokit/webhooks-examples`. */
import type { Delivery } from "./api.ts"

interface Definition {
  readonly name: string
  readonly examples: ReadonlyArray<unknown>
}

/** Every example there is, in the package's order, each with a delivery id of its own. */
export const realDeliveries = async (): Promise<ReadonlyArray<Delivery>> => {
  const { default: imported }: { readonly default: unknown } = await import("@octokit/webhooks-examples", {
    with: { type: "json" },
  })
  const definitions = imported as ReadonlyArray<Definition>
  return definitions.flatMap(({ name, examples }) =>
    examples.map((payload, index) => ({ name, id: `${name}-${index + 1}`, payload })),
  )
}

/** The examples hold no force-push, so one of their pushes to the default branch is made one. */
export const forcePush = (deliveries: ReadonlyArray<Delivery>): Delivery => {
  const push = deliveries.find(
    ({ name, payload }) => name === "push" && (payload as { ref?: string }).ref === "refs/heads/master",
  )
  if (push === undefined) throw new Error("the examples hold no push to the default branch any more")
  return { ...push, id: "push-forced", payload: { ...(push.payload as object), forced: true } }
}

/** The checks of pull request 2 once more: among the examples a later change of it has made the passed ones stale. */
export const passedChecks = (deliveries: ReadonlyArray<Delivery>): Delivery => {
  const suite = deliveries.find(({ name, payload }) => {
    const { action, check_suite } = payload as {
      readonly action?: string
      readonly check_suite?: {
        readonly conclusion?: string
        readonly pull_requests?: ReadonlyArray<{ readonly number: number }>
      }
    }
    return (
      name === "check_suite" &&
      action === "completed" &&
      check_suite?.conclusion === "success" &&
      check_suite.pull_requests?.[0]?.number === 2
    )
  })
  if (suite === undefined) throw new Error("the examples hold no passed checks of a pull request any more")
  return { ...suite, id: "check-suite-again" }
}

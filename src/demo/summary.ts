/** What was decided, as rows: every event that a contract spoke to, and the rest in one line. */
import type { Answer, Delivery } from "./api.ts"

export const summaryRows = (
  deliveries: ReadonlyArray<Delivery>,
  answers: ReadonlyArray<Answer>,
): ReadonlyArray<ReadonlyArray<string>> => {
  const groups = new Map<string, { readonly row: ReadonlyArray<string>; count: number; readonly spoken: boolean }>()
  let others = 0
  deliveries.forEach((delivery, index) => {
    const answer = answers[index]!
    const spoken = answer.contracts.length > 0 || (answer.tasks?.length ?? 0) > 0
    if (!spoken) {
      others++
      return
    }
    const because = answer.reason ?? `${answer.tasks?.length ?? 0} task for its receiver`
    const event = typeOf(delivery)
    const verdict = { allow: "allowed", deny: "denied", hold: "held", expired: "expired" }[answer.verdict]
    const key = [event, verdict, because].join("\n")
    const group = groups.get(key) ?? { row: [event, verdict, because], count: 0, spoken }
    group.count++
    groups.set(key, group)
  })
  const rows = [...groups.values()].map(({ row: [event, verdict, because], count }) => [
    event!,
    String(count),
    verdict!,
    because!,
  ])
  return [
    ...rows,
    ["(every other)", String(others), "allowed", "no contract speaks to it, and the organization allows by default"],
  ]
}

const typeOf = ({ name, payload }: Delivery): string => {
  const { action } = payload as { readonly action?: unknown }
  return typeof action === "string" ? `github.${name}.${action}` : `github.${name}`
}

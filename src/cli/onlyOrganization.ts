import type { Client } from "./client.ts"
import { Failure } from "./failure.ts"

/** Where it is not said, the one that somebody is in. */
export const onlyOrganization = async (client: Client): Promise<string> => {
  const named = (await client.organizations()).items.filter(({ id }) => id !== "@global").map(({ id }) => id)
  const [only, another] = named
  if (only !== undefined && another === undefined) return only
  throw new Failure(
    only === undefined ? "You are in no organization." : "You are in several organizations; say which.",
    {
      next: named.map((id) => `--org ${id}`),
    },
  )
}

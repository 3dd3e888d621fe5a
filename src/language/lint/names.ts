/** What may exist once: a contract's full name, an organization, a webhook's secret. */
import type { Position } from "../../domain/diagnostic.ts"
import type { World } from "./world.ts"

export const checkNames = (world: World): void => {
  reportTwice(
    world,
    world.contracts.map((contract) => [contract.fullName, contract.position]),
    "duplicate-contract",
    "contracts have the name",
  )
  const organizations = world.files.flatMap((file) => file.organizations)
  reportTwice(
    world,
    organizations.map((organization) => [organization.id, organization.position]),
    "duplicate-organization",
    "organizations have the name",
  )
  const secrets = organizations.flatMap((organization) =>
    // Twice in one organization is found where the file is read, by its source.
    [...new Map(organization.webhooks.map((webhook) => [normal(webhook.secret), webhook])).entries()].map(
      ([secret, webhook]) => [secret, world.place(webhook, organization.position)] as const,
    ),
  )
  reportTwice(world, secrets, "shared-secret", "organizations use the secret")
}

/** A webhook belongs to the organization whose secret verifies it, however the text is spaced. */
const normal = (secret: string): string => secret.replace(/\s/g, "")

const reportTwice = (
  world: World,
  entries: ReadonlyArray<readonly [string, Position]>,
  code: string,
  what: string,
): void => {
  const places = new Map<string, Array<Position>>()
  for (const [name, at] of entries) {
    const others = places.get(name)
    if (others === undefined) places.set(name, [at])
    else others.push(at)
  }
  for (const [name, all] of places)
    if (all.length > 1)
      for (const at of all) {
        const other = all.find((place) => place !== at)!
        world.error(
          at,
          code,
          `${all.length} ${what} ${name}; another one is at ${other.file}:${other.line}:${other.column}.`,
        )
      }
}

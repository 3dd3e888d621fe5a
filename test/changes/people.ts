/** Two organizations below a third, and what people and agents ask of them. */
import type { ChangeView } from "../../src/service/views/changes.ts"
import type { Household } from "../support/Household.ts"

export const TEAM = `organization: "@team"
parent: "@company"
owner: dana
members:
  # Who decides here.
  - { human: dana, roles: [lead] }
  - { human: erin }
  - { agent: coder } # writes
channels: [talk]
`
export const OTHERS = `organization: "@company"
members:
  - { human: gina }
---
organization: "@other"
members:
  - { human: hugo }
  - { agent: helper }
`

export const rule = (id: string, reason: string, scope = "@team", on = "drop.requested"): string =>
  `contract: ${id}\nscope: "${scope}"\non: ${on}\nthen: deny("${reason}")\n`

export const FILES = {
  "organizations/team.yaml": TEAM,
  "organizations/others.yaml": OTHERS,
  "contracts/drops.yaml": rule("no-drops", "never"),
}

export interface Proposed extends ChangeView {
  readonly status: number
  /** Of a problem. */
  readonly type?: string
  readonly detail?: string
}

export const propose = async (
  house: Household,
  as: string,
  files: Readonly<Record<string, string | null>>,
  more: object = {},
): Promise<Proposed> => {
  const token = as === "operator" ? undefined : await house.token(as)
  const { status, json } = await house.daemon.call("POST", "/v1/contracts", {
    ...(token === undefined ? undefined : { token }),
    json: { files, ...more },
  })
  return { ...(json as ChangeView), status }
}

export const change = (house: Household, id: string | undefined): Promise<ChangeView> =>
  house.get<ChangeView>(`/v1/changes/${id}`)

/** Waits until it has come to its end. */
export const ended = async (house: Household, id: string | undefined): Promise<ChangeView> => {
  await house.until(async () => !["waiting", "allowed"].includes((await change(house, id)).state))
  return change(house, id)
}

/** Whoever may, lets through what the change waits for in one organization. */
export const approve = async (house: Household, asked: ChangeView, org: string, as: string): Promise<number> => {
  const [proposal] = asked.requests.find((one) => one.org === org)?.proposals ?? []
  return (await house.vote(proposal!, as, "approve")).status
}

export const deny = async (house: Household, asked: ChangeView, org: string, as: string): Promise<number> => {
  const [proposal] = asked.requests.find((one) => one.org === org)?.proposals ?? []
  return (await house.vote(proposal!, as, "deny")).status
}

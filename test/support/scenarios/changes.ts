/**
 * Changes of the rules in scenarios. A test says which contracts a change adds; here it asks for files that add them, and
 * what is in force afterwards is compared with what was decided.
 */
import type { TestEvent } from "../../../src/domain/contractTests.ts"
import { CHANGE_RULES, type NameChanges } from "../../../src/domain/change.ts"
import type { Verdict } from "../../../src/domain/decision.ts"
import type { ChangeView } from "../../../src/service/views/changes.ts"
import type { Stage } from "./Stage.ts"

/** How long, in real time, a change that everybody has let through may take. */
const IN_FORCE_WITHIN_MS = 20_000

/** What is to be published: the files in the place of what they mean, which the daemon works out itself. */
export const withFiles = (event: TestEvent): TestEvent =>
  event.type === CHANGE_RULES
    ? { ...event, data: { files: Object.fromEntries(addedBy(event).map((name) => [fileOf(name), textOf(name)])) } }
    : event

/** What has come of a change otherwise than its verdict says; waits for what has been let through. */
export const changeDifferences = async (
  stage: Stage,
  event: TestEvent,
  id: string,
  verdict: Verdict,
): Promise<ReadonlyArray<string>> => {
  const wanted = verdict === "allow" ? "changed" : verdict === "hold" ? "waiting" : "denied"
  const deadline = performance.now() + IN_FORCE_WITHIN_MS
  let { state, reason } = await stage.get<ChangeView>(`/v1/changes/${id}`)
  while (state === "allowed" && performance.now() < deadline)
    ({ state, reason } = await stage.get<ChangeView>(`/v1/changes/${id}`))
  const found = state === wanted ? [] : [`the change is ${state} (${reason ?? ""}), and it should be ${wanted}`]
  for (const name of addedBy(event)) {
    const { status } = await stage.request("GET", `/v1/contracts/${name}`)
    if ((status === 200) !== (verdict === "allow")) found.push(`GET /v1/contracts/${name} answers ${status}`)
  }
  return found
}

const addedBy = ({ data }: TestEvent): ReadonlyArray<string> =>
  (data as { readonly contracts: Pick<NameChanges, "added"> }).contracts.added

/** `@council-k7/tea`, in a file of its own. */
const fileOf = (name: string): string => `contracts/asked/${name.slice(1).replace("/", "-")}.yaml`

const textOf = (name: string): string => {
  const [scope, id] = name.split("/")
  return `contract: ${id}\nscope: "${scope}"\non: ${id}.requested\nthen: deny("as it was asked")\n`
}

/**
 * One changed file of many, in a whole daemon without doors: written to disk, seen by the watcher, scanned, parsed,
 * checked (lint and json-rules-engine), linked, switched to, and adopted by the log of every organization.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Context, Effect, Exit, Scope } from "effect"
import { startInside } from "../../src/daemon.ts"
import { Mailboxes } from "../../src/supervision/Mailboxes.ts"
import { DEBOUNCE_MS } from "../../src/workspace/Workspace.ts"
import type { Prepare } from "../contest/contestant.ts"
import { contractTexts, organizationsText } from "../workload/rules.ts"
import { shapeFor } from "../workload/shape.ts"

export interface ChangedFileInput {
  readonly contracts: number
  /** A folder of its own. */
  readonly folder: string
}

const prepare: Prepare<ChangedFileInput> = async ({ contracts, folder }) => {
  const write = (file: string, text: string): void => {
    const path = join(folder, "workspace", file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const texts = contractTexts(contracts, "effects")
  const { organizations } = shapeFor(contracts)
  write("organizations/all.yaml", organizationsText(contracts))
  texts.forEach((text, index) => write(`contracts/c${index}.yaml`, text))
  const scope = Scope.makeUnsafe()
  const { context } = await Effect.runPromise(
    startInside({ workspace: join(folder, "workspace"), data: join(folder, "data"), environment: {} }).pipe(
      Scope.provide(scope),
    ),
  )
  let adopted: (() => void) | undefined
  let missing = new Set<string>()
  Context.get(context, Mailboxes).onCommitted((org, records) => {
    if (records.some(({ event }) => event.type === "contracts.revised")) missing.delete(org)
    if (missing.size === 0) adopted?.()
  })
  let round = 0
  return {
    slice: async () => {
      const index = (round * 7) % contracts
      missing = new Set(organizations)
      const everywhere = new Promise<void>((resolve) => (adopted = resolve))
      const start = performance.now()
      write(`contracts/c${index}.yaml`, `${texts[index]!}priority: ${++round}\n`)
      await everywhere
      return 1_000 / (performance.now() - start - DEBOUNCE_MS)
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

export default prepare

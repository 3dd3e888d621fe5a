/** The service, composed of its groups of operations. */
import { Effect, Layer } from "effect"
import { EventLog } from "../log/EventLog.ts"
import { Projections } from "../log/Projections.ts"
import { Changes } from "../supervision/Changes.ts"
import { Mailboxes } from "../supervision/Mailboxes.ts"
import { Revisions } from "../supervision/Revisions.ts"
import { Workspace } from "../workspace/Workspace.ts"
import { acceptOperations } from "./operations/accept.ts"
import { agentOperations } from "./operations/agentChanges.ts"
import { changeOperations } from "./operations/changes.ts"
import { contextOperations } from "./operations/context.ts"
import { daemonOperations } from "./operations/daemon.ts"
import type { Dependencies, ServiceOptions } from "./operations/dependencies.ts"
import { documentOperations } from "./operations/documents.ts"
import { eventOperations } from "./operations/events.ts"
import { governanceOperations } from "./operations/governance.ts"
import { historyOperations } from "./operations/history.ts"
import { joinOperations } from "./operations/joining.ts"
import { publishedChange } from "./operations/publishedChange.ts"
import { ruleOperations } from "./operations/rules.ts"
import { stateOperations } from "./operations/state.ts"
import { webhookOperations } from "./operations/webhooks.ts"
import { Service } from "./Service.ts"

export const serviceLayer = (options: ServiceOptions) =>
  Layer.effect(
    Service,
    Effect.gen(function* () {
      const dependencies: Dependencies = {
        log: yield* EventLog,
        projections: yield* Projections,
        mailboxes: yield* Mailboxes,
        revisions: yield* Revisions,
        workspace: yield* Workspace,
        changes: yield* Changes,
        options,
      }
      const changes = changeOperations(dependencies)
      const joins = joinOperations(dependencies)
      const events = eventOperations(dependencies, publishedChange(changes, joins))
      return Service.of({
        ...events,
        ...changes,
        ...joins,
        ...agentOperations(dependencies, changes),
        ...acceptOperations(dependencies),
        ...historyOperations(dependencies),
        ...contextOperations(dependencies, events),
        ...documentOperations(dependencies, events),
        ...governanceOperations(dependencies),
        ...ruleOperations(dependencies),
        ...stateOperations(dependencies),
        ...daemonOperations(dependencies),
        ...webhookOperations(dependencies),
      })
    }),
  )

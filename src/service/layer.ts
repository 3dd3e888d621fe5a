/** The service, composed of its groups of operations. */
import { Effect, Layer } from "effect"
import { EventLog } from "../log/EventLog.ts"
import { Projections } from "../log/Projections.ts"
import { Tracing } from "../observability/Tracing.ts"
import { Mailboxes } from "../supervision/Mailboxes.ts"
import { Revisions } from "../supervision/Revisions.ts"
import { Workspace } from "../workspace/Workspace.ts"
import { contextOperations } from "./operations/context.ts"
import { daemonOperations } from "./operations/daemon.ts"
import type { Dependencies, ServiceOptions } from "./operations/dependencies.ts"
import { documentOperations } from "./operations/documents.ts"
import { eventOperations } from "./operations/events.ts"
import { governanceOperations } from "./operations/governance.ts"
import { ruleOperations } from "./operations/rules.ts"
import { stateOperations } from "./operations/state.ts"
import { webhookOperations } from "./operations/webhooks.ts"
import { keepJournal } from "./journal.ts"
import { measure } from "./metrics.ts"
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
        tracing: yield* Tracing,
        options,
      }
      yield* measure(dependencies)
      yield* keepJournal(dependencies)
      const events = eventOperations(dependencies)
      return Service.of({
        ...events,
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

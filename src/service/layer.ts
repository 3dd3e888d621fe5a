/** The service, composed of its groups of operations. */
import { Effect, Layer } from "effect"
import { EventLog } from "../log/EventLog.ts"
import { Projections } from "../log/Projections.ts"
import { Tracing } from "../observability/Tracing.ts"
import { Changes } from "../supervision/Changes.ts"
import { Mailboxes } from "../supervision/Mailboxes.ts"
import { Revisions } from "../supervision/Revisions.ts"
import { Workspace } from "../workspace/Workspace.ts"
import { acceptOperations } from "./operations/accept.ts"
import { agentChangeOperations } from "./operations/agentChanges.ts"
import { agentOperations } from "./operations/agents.ts"
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
import { replayOperations } from "./operations/replay.ts"
import { ruleOperations } from "./operations/rules.ts"
import { stateOperations } from "./operations/state.ts"
import { taskOperations } from "./operations/tasks.ts"
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
        changes: yield* Changes,
        tracing: yield* Tracing,
        options,
      }
      yield* measure(dependencies)
      yield* keepJournal(dependencies)
      const changes = changeOperations(dependencies)
      const joins = joinOperations(dependencies)
      const events = eventOperations(dependencies, publishedChange(changes, joins))
      const context = contextOperations(dependencies, events)
      const governance = governanceOperations(dependencies, events)
      return Service.of({
        ...events,
        ...changes,
        ...joins,
        ...agentChangeOperations(dependencies, changes),
        ...acceptOperations(dependencies),
        ...historyOperations(dependencies),
        ...replayOperations(dependencies, events),
        ...context,
        ...documentOperations(dependencies, events),
        ...governance,
        ...taskOperations(dependencies, governance),
        ...agentOperations(dependencies, context),
        ...ruleOperations(dependencies),
        ...stateOperations(dependencies),
        ...daemonOperations(dependencies),
        ...webhookOperations(dependencies),
      })
    }),
  )

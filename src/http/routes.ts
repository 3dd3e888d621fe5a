/**
 * Every REST operation with an answer of its own, once. A new one is an entry in the file of its concept below
 * `routes/`, and a new file is one line here. Events that come in and streams are beside: `publish.ts`, `stream.ts`.
 */
import { changes } from "./routes/changes.ts"
import { agents } from "./routes/agents.ts"
import { channels } from "./routes/channels.ts"
import { contracts } from "./routes/contracts.ts"
import { daemon } from "./routes/daemon.ts"
import { delegations } from "./routes/delegations.ts"
import { documents } from "./routes/documents.ts"
import { events } from "./routes/events.ts"
import { holds } from "./routes/holds.ts"
import { inbox } from "./routes/inbox.ts"
import { joining } from "./routes/joining.ts"
import { organizations } from "./routes/organizations.ts"
import { proposals } from "./routes/proposals.ts"
import { resources } from "./routes/resources.ts"
import { standing } from "./routes/standing.ts"
import { tasks } from "./routes/tasks.ts"
import { tokens } from "./routes/tokens.ts"

export const routes = [
  ...events,
  ...contracts,
  ...changes,
  ...organizations,
  ...joining,
  ...proposals,
  ...delegations,
  ...standing,
  ...holds,
  ...tasks,
  ...agents,
  ...channels,
  ...inbox,
  ...documents,
  ...resources,
  ...tokens,
  ...daemon,
]

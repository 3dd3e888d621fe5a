import { Context, Effect, Layer } from "effect"
import { EventLog } from "../EventLog.ts"
import { Projections } from "../Projections.ts"
import { makeMemoryLog } from "./eventLog.ts"
import { makeMemoryProjections } from "./projections.ts"

/** A log that lives and dies with the layer. */
export const layerMemory: Layer.Layer<EventLog | Projections> = Layer.effectContext(
  Effect.sync(() => {
    const { project, projections } = makeMemoryProjections(() => records)
    const { log, records } = makeMemoryLog(project)
    return Context.make(EventLog, log).pipe(Context.add(Projections, projections))
  }),
)

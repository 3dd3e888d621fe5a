/** What the files of the workspace have become takes effect, or is recorded as what keeps it from doing so. */
import { Effect, Stream } from "effect"
import { formatDiagnostic } from "../domain/diagnostic.ts"
import { heldInWords, type WorkspaceEvent } from "../workspace/standing.ts"
import { Workspace } from "../workspace/Workspace.ts"
import { untilWritten } from "./patience.ts"
import { report } from "./report.ts"
import { Rules } from "./Rules.ts"

/** Errors that one `contracts.rejected` lists; `status` has them all. */
const MAX_RECORDED_ERRORS = 100

/** Goes on for as long as its scope. */
export const followFiles = Effect.gen(function* () {
  const { changes } = yield* Workspace
  yield* Effect.forkScoped(Stream.runForEach(changes, (event) => untilWritten("a change of the files", takeUp(event))))
})

const takeUp = Effect.fnUntraced(function* (event: WorkspaceEvent) {
  switch (event.kind) {
    case "revised":
    case "reworded":
      return yield* (yield* Rules).takeUp
    case "edited": {
      const { edit, files, summary, meaning, organizations } = event.edit
      return yield* report("contracts.edited", {
        edit,
        files: files.map(({ file }) => file),
        ...(organizations === undefined ? undefined : { organizations }),
        summary,
        meaning,
      })
    }
    case "rejected":
      return yield* report("contracts.rejected", {
        files: event.files.slice(0, MAX_RECORDED_ERRORS),
        ...(event.organizations === undefined ? undefined : { organizations: event.organizations }),
        errors: event.diagnostics.slice(0, MAX_RECORDED_ERRORS).map((diagnostic) => formatDiagnostic(diagnostic)),
      })
    case "held":
      return yield* report("contracts.rejected", {
        files: event.held.folders,
        errors: [`${heldInWords(event.held)}; the last good set stays until an operator says \`charter confirm\``],
      })
  }
})

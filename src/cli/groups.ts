/** Every command there is, in the order of the help, and the options that all of them take. */
import type { Command, CommandGroup } from "./command.ts"
import { contextGroup } from "./groups/context.ts"
import { contractGroup } from "./groups/contracts.ts"
import { daemonGroup } from "./groups/daemon.ts"
import { eventGroup } from "./groups/events.ts"
import { logGroup } from "./groups/log.ts"
import { peopleGroup } from "./groups/people.ts"
import { setupGroup } from "./groups/setup.ts"
import { workGroup } from "./groups/work.ts"

export const GROUPS: ReadonlyArray<CommandGroup> = [
  setupGroup,
  daemonGroup,
  eventGroup,
  contractGroup,
  peopleGroup,
  contextGroup,
  workGroup,
  logGroup,
]

export const COMMON_OPTIONS = [
  ["--json", "answer in JSON, for programs"],
  ["--org <name>", "the organization that is meant, such as @review-team"],
  ["--workspace <folder>", "the folder with contracts/ and organizations/ (else CHARTER_WORKSPACE, else here)"],
  ["--data <folder>", "the folder with the log (else CHARTER_DATA, else one in your state directory)"],
  ["--token-file <file>", "act as whoever the token in this file belongs to (else CHARTER_TOKEN)"],
] as const satisfies Command["options"]

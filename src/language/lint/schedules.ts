/** Schedules of agents that nothing runs: their tasks would wait for ever. */
import type { Member } from "../../domain/organization.ts"
import type { World } from "./world.ts"

export const checkSchedules = (world: World): void => {
  for (const organization of world.organizations.values())
    for (const member of organization.members) {
      if (member.schedule === undefined || mayHaveExecutor(world, member)) continue
      world.warning(
        world.place(member, member.position, "schedule"),
        "schedule-without-executor",
        `${member.name} has a schedule and no executor: the first task of it waits until somebody ends it, and no other follows.`,
        "Give the agent one, such as executor: { kind: command, run: [./tools/NAME.sh] }, or { kind: human }.",
      )
    }
}

/** By what is written here, or at the home of an agent that is defined elsewhere. */
const mayHaveExecutor = (world: World, { executor, ref }: Member): boolean => {
  if (executor !== undefined || ref === undefined) return executor !== undefined
  const [name, home] = ref.split("@")
  const original = world.organizations.get(`@${home}`)?.members.find((member) => member.name === name)
  // What is not there, or cannot be read, is told in words of its own.
  return original === undefined || original.executor !== undefined
}

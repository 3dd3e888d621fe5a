/** Which runs have a process now, for whoever looks at a daemon from outside. */
import { globSync, readFileSync } from "node:fs"
import { runMark } from "../discovery/folders.ts"
import { runNamedIn } from "../executors/processes.ts"

/** Runs of the daemon on this data folder, alive or not, by the mark that each process carries. Linux only. */
export const livingRuns = (data: string): ReadonlyArray<string> => {
  const ours = runMark(data, "")
  const marks = globSync("/proc/[0-9]*/environ").map((file) => runNamedIn(textOf(file)) ?? "")
  return [...new Set(marks.filter((mark) => mark.endsWith(ours)).map((mark) => mark.slice(0, -ours.length)))]
}

/** Empty for what is another user's, or is gone meanwhile. */
const textOf = (file: string): string => {
  try {
    return readFileSync(file, "latin1")
  } catch {
    return ""
  }
}

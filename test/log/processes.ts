/** Programs beside the tests, run as processes of their own. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"

export interface Child {
  readonly process: ChildProcess
  readonly lines: Interface
  /** The next line that it prints; fails where it ends first. */
  readonly line: () => Promise<string>
  readonly ended: Promise<void>
}

/** Runs `test/log/NAME` with the Node that runs the tests. */
export const startChild = (name: string, parameters: ReadonlyArray<string>): Child => {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url)), ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const lines = createInterface({ input: child.stdout })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const line = (): Promise<string> =>
    new Promise((resolve, reject) => {
      lines.once("line", resolve)
      child.once("exit", () => reject(new Error(`${name} ended`)))
    })
  return { process: child, lines, line, ended }
}

/** No file that the process writes may grow beyond so many bytes, as if the disk had no room for more. */
import { execFileSync } from "node:child_process"

export const limitFileSize = (pid: number, bytes: number | "unlimited"): void =>
  void execFileSync("prlimit", ["--pid", `${pid}`, `--fsize=${bytes}:`])

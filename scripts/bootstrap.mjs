import { spawn } from "node:child_process"
// placeholder replaced by the tooling work
const [, , file, ...args] = process.argv
spawn("node_modules/.bin/node", [file, ...args], { stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1))

#!/usr/bin/env node
// A stand-in for a reviewing agent: reads its task from standard input, says what it does, and ends with a result.
import { readFileSync } from "node:fs"

const { task, message } = JSON.parse(readFileSync(0, "utf8"))
const say = (line) => console.log(JSON.stringify(line))

say({ progress: message })
const { pull_request: pull } = task.event?.data ?? {}
const size = (pull?.additions ?? 0) + (pull?.deletions ?? 0)
say({ progress: `${pull?.changed_files ?? 0} files, ${size} lines` })
say({ usage: { turns: 1, tokens: 400 + size } })
say({ result: { outcome: size > 500 ? "changes_requested" : "approved", lines: size } })

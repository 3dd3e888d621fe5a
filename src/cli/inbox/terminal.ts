/** A terminal that somebody sits at: single keys, lines, and what is too long for one screen. */
import { spawnSync } from "node:child_process"
import { emitKeypressEvents, type Key } from "node:readline"
import { dim } from "../output.ts"
import type { Screen } from "./cards.ts"

export interface Terminal {
  readonly screen: () => Screen
  readonly print: (text: string) => void
  /** The next key: its letter, or `return`, `escape`; `q` for Ctrl-C, Ctrl-D and the end of input. */
  readonly key: () => Promise<string>
  /** A line that is typed after `prompt`; `undefined` where it was left with Escape. */
  readonly line: (prompt: string) => Promise<string | undefined>
  /** Shows a text whole; through a pager where it has more lines than the screen. */
  readonly page: (text: string) => void
  readonly close: () => void
}

/** Takes the keyboard until it is closed. */
export const openTerminal = (): Terminal => {
  const { stdin, stdout } = process
  const waiting: Array<(key: Key & { readonly text: string }) => void> = []
  const typed: Array<Key & { readonly text: string }> = []
  const onKey = (text: string | undefined, key: Key): void => {
    const pressed = { ...key, text: text ?? "" }
    const taker = waiting.shift()
    if (taker === undefined) typed.push(pressed)
    else taker(pressed)
  }
  const onEnd = (): void => onKey(undefined, { ctrl: true, name: "c" })
  emitKeypressEvents(stdin)
  stdin.setRawMode(true)
  stdin.on("keypress", onKey).on("end", onEnd).resume()

  const next = (): Promise<Key & { readonly text: string }> => {
    const first = typed.shift()
    return first === undefined ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve(first)
  }
  const print = (text: string): void => {
    stdout.write(`${text}\n`)
  }
  return {
    screen: () => ({ columns: stdout.columns, rows: stdout.rows }),
    print,
    key: async () => {
      const { name = "", ctrl, text } = await next()
      if (ctrl === true) return name === "c" || name === "d" ? "q" : ""
      return name === "return" || name === "escape" ? name : text
    },
    line: async (prompt) => {
      let line = ""
      for (;;) {
        stdout.write(`\r\x1b[K${prompt}${line}`)
        const { name, ctrl, text } = await next()
        if (name === "escape" || (ctrl === true && name === "c")) {
          stdout.write("\r\x1b[K")
          return undefined
        }
        if (name === "return" || name === "enter") {
          stdout.write("\n")
          return line
        }
        if (name === "backspace") line = [...line].slice(0, -1).join("")
        else if (ctrl === true && name === "u") line = ""
        // oxlint-disable-next-line no-control-regex
        else if (text !== "" && !/[\u0000-\u001f\u007f]/.test(text)) line += text
      }
    },
    page: (text) => {
      if (text.split("\n").length < stdout.rows) return print(text)
      const [pager = "less", ...flags] = (process.env["PAGER"] || "less -R").split(" ")
      stdin.setRawMode(false)
      const { error } = spawnSync(pager, flags, { input: text, stdio: ["pipe", "inherit", "inherit"] })
      stdin.setRawMode(true)
      if (error !== undefined) print(`${text}\n${dim("(to read it page by page, set PAGER)")}`)
    },
    close: () => {
      stdin.off("keypress", onKey).off("end", onEnd).setRawMode(false)
      stdin.pause()
    },
  }
}

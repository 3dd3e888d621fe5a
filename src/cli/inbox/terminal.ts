/** A terminal that somebody sits at: single keys, lines, and what is too long for one screen. */
import { spawnSync } from "node:child_process"
import { emitKeypressEvents, type Key } from "node:readline"
import { dim } from "../output.ts"
import { fold } from "../text.ts"
import type { Screen } from "./cards.ts"

export interface Terminal {
  readonly screen: () => Screen
  readonly print: (text: string) => void
  /**
   * The next key: its letter, or `return`, `escape`; `q` for Ctrl-C, Ctrl-D and the end of input. What was typed before, or
   * comes at once with others as pasted text does, is no answer to a question that somebody has read.
   */
  readonly key: () => Promise<string>
  /** A line that is typed after `prompt`; `undefined` where it was left with Escape. */
  readonly line: (prompt: string) => Promise<string | undefined>
  /** Shows a text whole; through a pager where it has more lines than the screen. */
  readonly page: (text: string) => void
  readonly close: () => void
}

type Pressed = Key & {
  readonly text: string
  /** How many keys came in the same moment. */
  readonly together: { readonly count: number }
}

const MARK = "> "

/** Takes the keyboard until it is closed. */
export const openTerminal = (): Terminal => {
  const { stdin, stdout } = process
  const waiting: Array<(key: Pressed) => void> = []
  const typed: Array<Pressed> = []
  let together: { count: number } | undefined
  const onKey = (text: string | undefined, key: Key): void => {
    if (together === undefined) {
      together = { count: 0 }
      setImmediate(() => (together = undefined))
    }
    together.count++
    const pressed: Pressed = { ...key, text: text ?? "", together }
    const taker = waiting.shift()
    if (taker === undefined) typed.push(pressed)
    else taker(pressed)
  }
  const onEnd = (): void => onKey(undefined, { ctrl: true, name: "c" })
  emitKeypressEvents(stdin)
  stdin.setRawMode(true)
  stdin.on("keypress", onKey).on("end", onEnd).resume()

  const next = (): Promise<Pressed> => {
    const first = typed.shift()
    return first === undefined ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve(first)
  }
  const print = (text: string): void => {
    stdout.write(`${fold(text, stdout.columns)}\n`)
  }
  return {
    screen: () => ({ columns: stdout.columns, rows: stdout.rows }),
    print,
    key: async () => {
      typed.length = 0
      for (;;) {
        const { name = "", ctrl, text, together: all } = await next()
        if (ctrl === true && (name === "c" || name === "d")) return "q"
        // All that comes with it has come by then.
        await new Promise(setImmediate)
        if (ctrl !== true && all.count === 1) return name === "return" || name === "escape" ? name : text
        if (all.count > 1) print(dim("That was more than one key, so it counts for none."))
        typed.length = 0
      }
    },
    line: async (prompt) => {
      let line = ""
      print(prompt)
      for (;;) {
        // Of a long line its end: what is on one row can be drawn anew.
        const shown = [...line].slice(-Math.max(1, stdout.columns - MARK.length - 1)).join("")
        stdout.write(`\r\x1b[K${MARK}${shown}`)
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

/** `${{ path }}` in strings of contracts: a path into the event, never a program. */
import type { Event } from "../domain/event.ts"
import { compilePath } from "../language/conditions/path.ts"

const PLACE = /\$\{\{\s*([A-Za-z]\w*(?:[.[][^{}]*?)?)\s*\}\}/g
const WHOLE = /^\$\{\{\s*([A-Za-z]\w*(?:[.[][^{}]*?)?)\s*\}\}$/

/** Longest text that comes out, in characters; what is over is cut and marked with `…`. */
export const MAX_TEXT_LENGTH = 16_384

/** The text with every `${{ path }}` replaced; what is missing is empty, what is no text is written as JSON. */
export const interpolate = (text: string, event: Event): string => {
  if (!text.includes("${{")) return text
  const filled = text.replace(PLACE, (_, path: string) => {
    const value = readPath(path, event)
    return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)
  })
  return filled.length <= MAX_TEXT_LENGTH ? filled : `${filled.slice(0, MAX_TEXT_LENGTH - 1)}…`
}

/** The same through a whole value; a string that is one place and nothing else keeps the type of what it names. */
export const interpolateDeep = (value: unknown, event: Event): unknown => {
  if (typeof value === "string") {
    const whole = WHOLE.exec(value)
    return whole === null ? interpolate(value, event) : readPath(whole[1]!, event)
  }
  if (Array.isArray(value)) return value.map((item) => interpolateDeep(item, event))
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolateDeep(item, event)]))
  return value
}

const readPath = (path: string, event: Event): unknown => {
  const end = path.search(/[.[]/)
  const fact = end < 0 ? path : path.slice(0, end)
  const value = readAttribute(fact, event)
  if (end < 0) return value
  return typeof value === "object" && value !== null ? compilePath(`$${path.slice(end)}`)(value) : undefined
}

const readAttribute = (name: string, event: Event): unknown => {
  switch (name) {
    case "id":
    case "type":
    case "source":
    case "subject":
    case "time":
    case "data":
    case "actor":
      return event[name]
    case "org":
      return event.org
    case "correlation":
      return event.correlationid
    default:
      return undefined
  }
}

/** What a condition reads, as a noun phrase. */
import { DEFAULT_HISTORY_WITHIN_MS } from "../../domain/contract.ts"
import type { FactName, FactParams } from "../../domain/contract.ts"
import { eventOf, eventsOf } from "./events.ts"
import { duration, quote, word } from "./prose.ts"

export interface FactReference {
  readonly fact: FactName
  readonly path?: string
  readonly params?: FactParams
}

/** Of a `where`: the condition on one line. */
export type Inline = (condition: NonNullable<FactParams["where"]>) => string

/** `data.environment`, `the actor's roles`, `the hour (in the organization's time zone)`. */
export const factPhrase = ({ fact, path, params = {} }: FactReference, inline: Inline): string => {
  switch (fact) {
    case "data":
      return `data${pathSuffix(path)}`
    case "actor":
    case "org":
    case "run":
      return attribute(fact, path)
    case "clock": {
      const zone = params.tz === undefined ? "the organization's time zone" : word(params.tz)
      return `${attribute(fact, path)} in ${zone}`
    }
    case "count":
      return `the number of ${window(params, inline)}${at(path)}`
    case "sum":
      return `the total of ${params.value === undefined ? "nothing" : dataPath(params.value)} over ${window(params, inline)}${at(path)}`
    case "history":
      return `whether ${happened(params, inline)}${at(path)}`
    default:
      return `the event's ${fact}${at(path)}`
  }
}

/** `admitted deploy.requested events by the same actor in the last 1 hour (counting only those where ...)`. */
export const window = (params: FactParams, inline: Inline): string =>
  `earlier admitted ${eventsOf(params.of ?? "**")}${sameKey(params.by ?? "none")}${within(params.within)}` +
  (params.where === undefined ? "" : ` (counting only those where ${inline(params.where)})`)

/** `a checks.passed event about the same subject has happened since the last github.push event ...`. */
export const happened = (params: FactParams, inline: Inline): string =>
  `${eventOf(params.of ?? "**")}${sameKey(params.by ?? "subject")}` +
  (params.where === undefined ? "" : ` (counting only those where ${inline(params.where)})`) +
  " has happened" +
  (params.since === undefined
    ? ""
    : ` since the last ${eventOf(params.since).replace(/^an? /, "")} (or at all, if there was none)`) +
  `, looking back ${duration(params.within ?? DEFAULT_HISTORY_WITHIN_MS)}`

/** `$.a.b` into the event's data: `data.a.b`. */
export const dataPath = (path: string): string => `data${pathSuffix(path)}`

const ATTRIBUTES: Readonly<Record<"actor" | "org" | "clock" | "run", Readonly<Record<string, string>>>> = {
  actor: {
    "": "the actor",
    name: "the actor's name",
    kind: "the actor's kind",
    roles: "the actor's roles",
    creator: "the actor's creator",
  },
  org: {
    "": "the organization",
    id: "the organization's id",
    members: "the organization's members",
    humans: "the organization's humans",
    agents: "the organization's agents",
    size: "the organization's number of members",
  },
  clock: {
    "": "the time",
    weekday: "the weekday",
    date: "the date",
    hour: "the hour (0 to 23)",
    minute: "the minute (0 to 59)",
  },
  run: {
    "": "the run",
    cost: "the run's cost so far in US dollars",
    tokens: "the run's tokens so far",
    turns: "the run's turns so far",
    elapsed: "the run's time so far in seconds",
    attempt: "the run's attempt (the first is 1)",
    depth: "the number of tasks and mentions that led to the run",
  },
}

const attribute = (fact: keyof typeof ATTRIBUTES, path: string | undefined): string => {
  const name = path?.replace(/^\$?\.?/, "") ?? ""
  return Object.hasOwn(ATTRIBUTES[fact], name) ? ATTRIBUTES[fact][name]! : `${fact}${pathSuffix(path)}`
}

const pathSuffix = (path: string | undefined): string => {
  if (path === undefined || path === "$") return ""
  const rest = path.replace(/^\$/, "")
  return /^[.[]/.test(rest) ? rest : `.${rest}`
}

const at = (path: string | undefined): string => (path === undefined ? "" : ` at ${quote(path)}`)

const sameKey = (by: string): string => {
  switch (by) {
    case "none":
      return " by anyone"
    case "actor":
      return " by the same actor"
    case "org":
      return " in the organization"
    case "subject":
      return " about the same subject"
    case "run":
      return " of the same run"
    case "correlation":
      return " of the same correlation"
    default:
      return ` with the same ${dataPath(by)}`
  }
}

const within = (milliseconds = DEFAULT_HISTORY_WITHIN_MS): string => ` in the last ${duration(milliseconds)}`

/** What is measured of every request, whatever answers it. */
import type { IncomingMessage } from "node:http"
import type { Context } from "hono"
import type { Edge, Env } from "./edge.ts"
import { httpDuration, httpRequests } from "../observability/metrics.ts"

export type Handler = (context: Context<Env>) => Response | Promise<Response>

/** The pattern of a route is what it is counted by; paths have names in them. */
export const observed =
  ({ doors }: Edge, route: string, handler: Handler): Handler =>
  async (context) => {
    const begun = performance.now()
    const response = await (doors === undefined
      ? handler(context)
      : doors.request(context.env.incoming, route, async () => handler(context)))
    const { incoming } = context.env
    countRequest(incoming, route, response.status)
    httpDuration.observe((performance.now() - begun) / 1_000, methodOf(incoming), route)
    return response
  }

export const countRequest = (incoming: IncomingMessage, route: string, status: number): void =>
  httpRequests.add(methodOf(incoming), route, String(status))

/** Of the fixed words of labels. */
export const methodOf = ({ method = "" }: IncomingMessage): string => (METHODS.has(method) ? method : "(other)")

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Of requests that no route is for. */
export const NO_ROUTE = "(none)"

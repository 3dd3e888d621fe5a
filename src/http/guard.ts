/**
 * Which requests are looked at at all. A page of a foreign site can make a browser send requests here, under a name
 * that it has pointed at this machine; it can forge neither Host nor Origin.
 */
import type { IncomingMessage } from "node:http"
import { Problem } from "./problem.ts"

export interface GuardOptions {
  /** Names and addresses, without a port, by which the daemon may be called beside those of the loopback. */
  readonly hosts: ReadonlyArray<string>
  /** `https://example.org`: origins whose pages may send requests, beside the daemon's own. */
  readonly origins: ReadonlyArray<string>
}

/** `undefined` where the request may pass. `local`: it came over the Unix socket, which no browser can reach. */
export type Guard = (incoming: IncomingMessage, local: boolean) => Problem | undefined

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

export const makeGuard = ({ hosts, origins }: GuardOptions): Guard => {
  const allowedHosts = new Set([...LOOPBACK, ...hosts.map((host) => bracketed(host.toLowerCase()))])
  const allowedOrigins = new Set(origins.map((origin) => origin.toLowerCase()))
  return ({ headers: { host = "", origin } }, local) => {
    if (!local && !allowedHosts.has(withoutPort(host)))
      return new Problem(
        403,
        "host-not-allowed",
        `this daemon is not called ${JSON.stringify(host)}; its configuration names its hosts`,
      )
    if (
      origin !== undefined &&
      !allowedOrigins.has(origin) &&
      origin !== `http://${host}` &&
      origin !== `https://${host}`
    )
      return new Problem(403, "origin-not-allowed", `pages of ${JSON.stringify(origin)} may not send requests here`)
    return undefined
  }
}

const withoutPort = (host: string): string => {
  const end = host.lastIndexOf(":")
  return (end > host.lastIndexOf("]") ? host.slice(0, end) : host).toLowerCase()
}

const bracketed = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host)

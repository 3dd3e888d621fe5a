/** The least a server can do here: Hono reads the JSON of the request and answers with a little of its own. */
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import type { AddressInfo } from "node:net"
import type { Prepare } from "../contest/contestant.ts"
import { makeEvents } from "../workload/events.ts"
import { shapeFor } from "../workload/shape.ts"
import { loaded } from "./load.ts"
import { connectionsOf, type HttpInput } from "./requests.ts"

const prepare: Prepare<HttpInput> = async (input) => {
  const app = new Hono()
  app.post("/v1/events", async (context) => {
    await context.req.json()
    return context.json({ verdict: "allow" })
  })
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 })
  await new Promise<void>((resolve) => server.once("listening", () => resolve()))
  const { port } = server.address() as AddressInfo
  const tokens = new Map(shapeFor(input.contracts).organizations.map((org) => [org, `charter_${"0".repeat(43)}`]))
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  return loaded(port, connectionsOf(input, makeEvents(input.contracts), tokens), input.batch, close)
}

export default prepare

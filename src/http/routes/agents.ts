/** Agents: how they are, and what people do to them. */
import { Effect, Schema } from "effect"
import { AgentResult } from "../results/agents.ts"
import { itemsOf } from "../results/list.ts"
import { PublishResult } from "../results/published.ts"
import { route } from "../route.ts"
import { Name, Reason } from "../schemas.ts"
import { items, optional } from "./parts.ts"

const Agent = Schema.Struct({ name: Name })
const Place = Schema.Struct({ org: optional(Name) })

export const agents = [
  route({
    method: "GET",
    path: "/v1/agents",
    summary: "The agents of the organizations that the token may see; org: those of one.",
    query: Place,
    result: itemsOf(AgentResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => Effect.map(service.agents(identity, query.org), items),
  }),
  route({
    method: "GET",
    path: "/v1/agents/{name}",
    summary: "One agent, by its name or name@org; org where several organizations have one of this name.",
    params: Agent,
    query: Place,
    result: AgentResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query }) => service.agent(identity, params.name, query.org),
  }),
  route({
    method: "POST",
    path: "/v1/agents/{name}/stop",
    summary:
      "Stops an agent: it takes nothing until it is started. interrupt: what it runs ends, and is given again then.",
    params: Agent,
    query: Place,
    body: Schema.Struct({ reason: optional(Reason), interrupt: optional(Schema.Boolean) }),
    result: AgentResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query, body }) =>
      service.stopAgent(identity, params.name, { ...query, ...body }),
  }),
  route({
    method: "POST",
    path: "/v1/agents/{name}/start",
    summary: "Starts an agent that was stopped.",
    params: Agent,
    query: Place,
    body: Schema.Struct({}),
    result: AgentResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query }) => service.startAgent(identity, params.name, query.org),
  }),
  route({
    method: "POST",
    path: "/v1/agents/{name}/interrupt",
    summary: "Ends what an agent runs now, and the tasks with it; again: they are given again from their checkpoints.",
    params: Agent,
    query: Place,
    body: Schema.Struct({ reason: optional(Reason), again: optional(Schema.Boolean) }),
    result: AgentResult,
    refusals: ["not-found", "conflict"],
    call: (service, identity, { params, query, body }) =>
      service.interruptAgent(identity, params.name, { ...query, ...body }),
  }),
  route({
    method: "POST",
    path: "/v1/agents/{name}/messages",
    summary: "Asks to send an agent a message; the answer is the decision on it. The same id twice is one message.",
    params: Agent,
    query: Place,
    body: Schema.Struct({ text: Schema.String, id: optional(Name) }),
    result: PublishResult,
    refusals: ["not-found", "conflict", "too-large"],
    creates: true,
    call: (service, identity, { params, query, body, key }) =>
      service.messageAgent(identity, params.name, { ...(key === undefined ? {} : { id: key }), ...query, ...body }),
  }),
]

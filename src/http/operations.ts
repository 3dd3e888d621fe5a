/** Every REST operation that a client may call, by `METHOD /path`: its types, made from the schemas that validate. */
import type { EventDocument } from "./envelope.ts"
import type { PUBLISH_PATH, PublishQuery } from "./publish.ts"
import type { ProblemResult } from "./results/problem.ts"
import type { PublishResult } from "./results/published.ts"
import type { Types } from "./route.ts"
import type { routes } from "./routes.ts"

type Routed = (typeof routes)[number]

/** Of a batch: what each event got, in order. */
export type BatchAnswer = (typeof PublishResult)["Type"] | (typeof ProblemResult)["Type"]

export type Operations = {
  readonly [R in Routed as `${R["method"]} ${R["path"]}`]: NonNullable<R["types"]>
} & {
  /** One event; of a batch each is answered by itself. */
  readonly [N in `POST ${typeof PUBLISH_PATH}`]: Operation<{
    readonly query: (typeof PublishQuery)["Encoded"]
    readonly body: (typeof EventDocument)["Encoded"]
    readonly result: (typeof PublishResult)["Type"]
  }>
}

/** Without path parameters. */
type Operation<T extends Pick<Types, "query" | "body" | "result">> = T & {
  readonly params: {}
  readonly ifMatch: false
}

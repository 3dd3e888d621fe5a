/** Deliveries from outside: verified over the raw body, then published in the organization whose secret fits. */
import { Effect } from "effect"
import { isJsonProblem, readStrictJson } from "../../domain/strictJson.ts"
import { orDidYouMean } from "../../language/suggest.ts"
import { fail } from "../access.ts"
import { checkSize, MAX_ATTRIBUTE_LENGTH } from "../publishing.ts"
import { Refused } from "../refused.ts"
import type { Service } from "../Service.ts"
import type { PublishAnswer } from "../views/events.ts"
import { resolveSecret, webhookKind, webhookSources } from "../webhooks/webhook.ts"
import { definitionsOf, type Dependencies } from "./dependencies.ts"
import { answerOf } from "./answers.ts"
import { submit } from "./submit.ts"

export const webhookOperations = (dependencies: Dependencies): Pick<typeof Service.Service, "webhook"> => ({
  webhook: Effect.fnUntraced(function* (source, headers, body) {
    const kind = webhookKind(source)
    if (kind === undefined) {
      const meant = orDidYouMean(source, webhookSources, `known are ${webhookSources.join(", ")}`)
      return yield* fail("not-found", "webhook-unknown", `there is no webhook "${source}"${meant}`)
    }
    const declared = [...definitionsOf(dependencies).organizations.values()].flatMap((organization) =>
      organization.webhooks
        .filter((webhook) => webhook.source === source)
        .map((webhook) => ({ org: organization.id, webhook })),
    )
    if (declared.length === 0)
      return yield* fail("not-found", "webhook-undeclared", `no organization declares a webhook "${source}"`)
    let problem: "missing" | "differs" | "no-secret" = "no-secret"
    let org: string | undefined
    for (const one of declared) {
      const secret = resolveSecret(one.webhook.secret, dependencies.options.environment)
      if (secret === undefined) continue
      const result = kind.verify(headers, body, secret)
      if (result === "verified") {
        org = one.org
        break
      }
      problem = result
    }
    if (org === undefined) return yield* fail("unauthenticated", `signature-${problem}`, SIGNATURE_PROBLEMS[problem])
    const size = checkSize(body.byteLength)
    if (size !== undefined) return yield* Effect.fail(new Refused({ refusal: size }))
    const data = yield* parseBody(body)
    const delivery = kind.read(headers, data)
    if ("problem" in delivery) return yield* fail("invalid", "delivery-malformed", delivery.problem)
    if (delivery.id.length > MAX_ATTRIBUTE_LENGTH)
      return yield* fail(
        "invalid",
        "delivery-malformed",
        `the delivery's id has more than ${MAX_ATTRIBUTE_LENGTH} characters`,
      )
    const done = yield* submit(dependencies, org, {
      kind: "publish",
      event: {
        id: delivery.id,
        source: `webhook/${source}`,
        type: delivery.type,
        org,
        actor: { name: delivery.actor, kind: "external", roles: [] },
        data,
        ...(delivery.subject === undefined ? undefined : { subject: delivery.subject }),
      },
      bytes: body.byteLength,
    })
    const answer: PublishAnswer = answerOf(done.event!, done.decision)
    return done.duplicate === true ? { ...answer, duplicate: true } : answer
  }),
})

const SIGNATURE_PROBLEMS = {
  missing: "the delivery is not signed; set the webhook's secret on both sides",
  differs: "the signature does not fit the body and the secret of any organization",
  "no-secret": "the webhook's secret is not set in the daemon's environment",
} as const

const parseBody = (body: Uint8Array): Effect.Effect<object, Refused> =>
  Effect.suspend(() => {
    const read = readStrictJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
    if (isJsonProblem(read)) {
      const { kind, detail, pointer } = read
      if (pointer !== undefined) return fail("invalid", kind, detail, { errors: [{ pointer, detail }] })
      return kind === "unacceptable-json"
        ? fail("invalid", "body-malformed", `the body cannot be kept: ${detail}`)
        : notAnObject
    }
    const { json } = read
    return typeof json === "object" && json !== null && !Array.isArray(json) ? Effect.succeed(json) : notAnObject
  })

const notAnObject = fail(
  "invalid",
  "body-malformed",
  "the body is no JSON object; choose the content type application/json for the webhook",
)

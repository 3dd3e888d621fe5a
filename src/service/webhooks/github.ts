/**
 * GitHub's webhooks: the signature over the raw body (docs.github.com, "Validating webhook deliveries") and the event
 * that a delivery is.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { WebhookKind } from "./webhook.ts"

interface Payload {
  readonly action?: unknown
  readonly sender?: { readonly login?: unknown }
  readonly repository?: { readonly full_name?: unknown }
  readonly number?: unknown
  readonly issue?: { readonly number?: unknown }
  readonly pull_request?: { readonly number?: unknown }
  readonly discussion?: { readonly number?: unknown }
  readonly ref?: unknown
  readonly after?: unknown
  readonly sha?: unknown
  readonly check_run?: Check
  readonly check_suite?: Check
  readonly workflow_run?: Check
  readonly deployment?: { readonly sha?: unknown }
}
interface Check {
  readonly head_sha?: unknown
  readonly pull_requests?: ReadonlyArray<{ readonly number?: unknown }>
}

export const github: WebhookKind = {
  source: "github",
  verify: (headers, body, secret) => {
    const given = headers["x-hub-signature-256"]
    if (given === undefined) return "missing"
    const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`)
    const actual = Buffer.from(given)
    return expected.length === actual.length && timingSafeEqual(expected, actual) ? "verified" : "differs"
  },
  read: (headers, data) => {
    const name = headers["x-github-event"]
    const id = headers["x-github-delivery"]
    if (name === undefined || !/^[a-z0-9_]+$/.test(name)) return { problem: "the header X-GitHub-Event is missing" }
    if (id === undefined || id === "") return { problem: "the header X-GitHub-Delivery is missing" }
    const payload = data as Payload
    const action = typeof payload.action === "string" && /^[a-z0-9_]+$/.test(payload.action) ? `.${payload.action}` : ""
    const subject = subjectOf(name, payload)
    const login = payload.sender?.login
    return {
      id,
      type: `github.${name}${action}`,
      actor: `github:${typeof login === "string" ? login : "unknown"}`,
      ...(subject === undefined ? undefined : { subject }),
    }
  },
}

/** `OWNER/REPO#N` for an issue, a pull request or a check that names one, `OWNER/REPO@REF` for a push, else `OWNER/REPO@SHA`. */
const subjectOf = (name: string, payload: Payload): string | undefined => {
  const repository = payload.repository?.full_name
  if (typeof repository !== "string") return undefined
  const check = payload.check_run ?? payload.check_suite ?? payload.workflow_run
  const number =
    payload.pull_request?.number ??
    payload.issue?.number ??
    payload.discussion?.number ??
    payload.number ??
    check?.pull_requests?.[0]?.number
  if (typeof number === "number") return `${repository}#${number}`
  if (name === "push" && typeof payload.ref === "string") return `${repository}@${payload.ref}`
  const sha = check?.head_sha ?? payload.sha ?? payload.deployment?.sha ?? payload.after
  if (typeof sha === "string") return `${repository}@${sha}`
  return typeof payload.ref === "string" ? `${repository}@${payload.ref}` : repository
}

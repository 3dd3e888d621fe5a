/** Reading a request's body once, within its bound. */
import type { IncomingMessage } from "node:http"
import { parseJson, type Json } from "./json.ts"
import { MAX_BODY_BYTES } from "./limits.ts"
import { invalid, Problem } from "./problem.ts"

/** The raw bytes; refused as soon as they are more than {@link MAX_BODY_BYTES}, declared or counted. */
export const readBody = (incoming: IncomingMessage): Promise<Buffer | Problem> =>
  new Promise((resolve) => {
    if (incoming.headers["content-encoding"] !== undefined && incoming.headers["content-encoding"] !== "identity")
      return resolve(
        new Problem(
          415,
          "content-encoding-not-supported",
          "send the body as it is, without Content-Encoding",
          undefined,
          CLOSE,
        ),
      )
    if (Number(incoming.headers["content-length"]) > MAX_BODY_BYTES) return resolve(tooLarge())
    const chunks: Array<Buffer> = []
    let bytes = 0
    const settle = (result: Buffer | Problem) => {
      incoming.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose)
      resolve(result)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > MAX_BODY_BYTES) settle(tooLarge())
    }
    const onEnd = () => settle(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    const onClose = () => settle(invalid("body-incomplete", "the connection ended before the body did"))
    incoming.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose)
  })

/** The body as JSON; `{}` where there is none at all. */
export const readJson = async (incoming: IncomingMessage, accepted: ReadonlyArray<string>): Promise<Json | Problem> => {
  if (!hasBody(incoming)) return { json: {} }
  const type = checkMediaType(incoming, accepted)
  if (type instanceof Problem) return type
  const body = await readBody(incoming)
  return body instanceof Problem ? body : parseJson(body)
}

/** The media type without parameters, in lower case, where it is one of `accepted`. */
export const checkMediaType = (incoming: IncomingMessage, accepted: ReadonlyArray<string>): string | Problem => {
  const header = incoming.headers["content-type"] ?? ""
  if (accepted.includes(header)) return header
  const [type = "", ...parameters] = header.toLowerCase().split(";")
  const known = accepted.includes(type.trim()) && parameters.every((parameter) => isUtf8Charset(parameter.trim()))
  if (known) return type.trim()
  const wanted = `send Content-Type: ${accepted.join(" or ")}`
  return new Problem(
    415,
    "media-type-not-supported",
    header === "" ? wanted : `the body is ${JSON.stringify(header)}; ${wanted}`,
    { accepted },
    { accept: accepted.join(", "), ...CLOSE },
  )
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0"

const isUtf8Charset = (parameter: string): boolean =>
  !parameter.startsWith("charset=") || parameter === "charset=utf-8" || parameter === 'charset="utf-8"'

/** What is left of a body that nobody reads would be taken for the next request. */
const CLOSE = { connection: "close" }

const tooLarge = (): Problem =>
  new Problem(
    413,
    "body-too-large",
    `the body has more than ${MAX_BODY_BYTES} bytes`,
    { maxBytes: MAX_BODY_BYTES },
    CLOSE,
  )

/** A problem document on a connection that has no response of its own: an upgrade, or bytes that are no request. */
import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { Problem } from "./problem.ts"

/** Answers, and ends the connection. `instance`: the path that was asked for. */
export const refuse = (socket: Duplex, problem: Problem, instance: string): void => {
  const body = JSON.stringify(problem.document(instance))
  const headers = {
    ...problem.headers,
    "content-type": "application/problem+json",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${head.join("")}\r\n${body}`)
}

/** What came is not HTTP, is too much of it, or came too slowly. */
export const problemOfBytes = ({ code }: NodeJS.ErrnoException): Problem => {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Problem(408, "request-too-slow", "the request did not arrive in time; send it again, in one go")
    case "HPE_HEADER_OVERFLOW":
      return new Problem(431, "headers-too-large", "the headers are larger than 16 KB together")
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Problem(413, "body-too-large", "the chunks of the body have too much beside their bytes")
    default:
      return new Problem(400, "malformed-http", "what was sent is not HTTP/1.1")
  }
}

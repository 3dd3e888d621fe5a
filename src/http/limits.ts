/** Every bound of the HTTP edge. */

/**
 * Largest body of a request and largest WebSocket frame. For webhooks too: GitHub sends up to 25 MB, but what does not
 * fit into one commit can be no event, and a webhook's body is read before anybody is authenticated.
 */
export const MAX_BODY_BYTES = 1024 * 1024
/** Events of one batch. */
export const MAX_BATCH_EVENTS = 1_000
/** Longest id, name or cursor in a path, a query or a field, in characters. */
export const MAX_NAME_LENGTH = 512
/** Longest reason that somebody gives, in characters. */
export const MAX_REASON_LENGTH = 4_096
/** Findings that one problem document names. */
export const MAX_PROBLEM_ERRORS = 20

/** Longest detail or pointer of a problem document, in UTF-16 code units; the rest is cut. */
export const MAX_DETAIL_CHARS = 1_024

/** Rows of a list: where the query says nothing, and at most. */
export const DEFAULT_LISTED_ROWS = 100
export const MAX_LISTED_ROWS = 1_000

/** How long `?wait=release` waits: where the query says nothing, and at most. */
export const DEFAULT_WAIT_MS = 60_000
export const MAX_WAIT_MS = 10 * 60_000

/** A client has this long to send the head of a request, and the whole of it. */
export const HEADERS_TIMEOUT_MS = 10_000
export const REQUEST_TIMEOUT_MS = 30_000
/** A connection without a request is kept this long. */
export const KEEP_ALIVE_MS = 30_000
export const MAX_CONNECTIONS = 4_096
/** Requests that are under way when the server closes have this long to end. */
export const DRAIN_MS = 5_000
/** What `Retry-After` says with 503. */
export const RETRY_AFTER_SECONDS = 1

/** Items of an inbox that one request marks. */
export const MAX_MARKED_ITEMS = 100

/** A WebSocket that has not said who it is is closed after this long. */
export const HELLO_TIMEOUT_MS = 10_000
/** Between two signs of life on a stream; a WebSocket that shows none between two of ours is closed. */
export const HEARTBEAT_MS = 15_000
/** Bytes that wait for one WebSocket's reader; beyond, its subscriptions lag by their cursor, and it is read no more. */
export const MAX_BUFFERED_BYTES = 1024 * 1024
/** Operations of one WebSocket under way at once; beyond, it is read no more until one has ended. */
export const MAX_OPERATIONS_UNDER_WAY = 64
/** Subscriptions of one WebSocket. */
export const MAX_SUBSCRIPTIONS = 32

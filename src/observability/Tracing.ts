/**
 * Spans of what the daemon does, begun and ended where it happens. There is nothing here, and nothing is paid, where no
 * traces are exported: `undefined` is what everybody asks for first.
 */
import { Context, Data, Exit, Option, Tracer } from "effect"
import type { SamplerSettings } from "./otlpSettings.ts"
import { formatTraceparent, parseTraceparent, type TraceParent } from "./traceparent.ts"

export type Attributes = Readonly<Record<string, string | number | boolean | ReadonlyArray<string>>>

export interface BeginOptions {
  readonly kind?: Tracer.SpanKind
  /** Text of a `traceparent`, or a span of ours; the beginning of a trace where there is none. */
  readonly parent?: string | TraceSpan | undefined
  /** Further spans that led to this one. */
  readonly links?: ReadonlyArray<TraceSpan>
  /** When it began, by `performance.now()`, where that was before now. */
  readonly from?: number
  readonly attributes?: Attributes
}

export interface TraceSpan {
  /** For whoever goes on with the trace. */
  readonly traceparent: string
  /** No other program has asked for it to be part of its trace. */
  readonly isRoot: boolean
  /** When what it asked for was in the log, by `performance.now()`. */
  committedAt: number | undefined
  /** For the context of a fiber, whose log entries then name the trace. */
  readonly span: Tracer.AnySpan
  readonly set: (attributes: Attributes) => void
  /** The end of it, by `performance.now()` where it was before now. `problem`: what went wrong, in fixed words. */
  readonly end: (options?: { readonly problem?: string; readonly at?: number }) => void
}

export interface Spans {
  readonly begin: (name: string, options?: BeginOptions) => TraceSpan
}

export const Tracing = Context.Reference<Spans | undefined>("charter/observability/Tracing", {
  defaultValue: () => undefined,
})

/** The span of the door that a fiber serves. */
export const CurrentSpan = Context.Reference<TraceSpan | undefined>("charter/observability/CurrentSpan", {
  defaultValue: () => undefined,
})

/** Spans that `tracer` makes, of the traces that are sampled. */
export const makeSpans = (tracer: Tracer.Tracer, { parentBased, ratio }: SamplerSettings): Spans => {
  const begin: Spans["begin"] = (name, { kind = "internal", parent, links = [], from, attributes } = {}) => {
    const above = typeof parent === "string" ? externalParent(parent) : parent?.span
    const make = (sampled: boolean) =>
      tracer.span({
        name,
        parent: Option.fromUndefinedOr(above),
        annotations: Context.empty(),
        links: links.map(({ span }) => ({ span, attributes: {} })),
        startTime: nanoseconds(from ?? performance.now()),
        kind,
        root: above === undefined,
        sampled,
      })
    // A span of ours has been decided already, whatever its caller said.
    const isOurs = parent !== undefined && typeof parent !== "string"
    if (above !== undefined && (isOurs || parentBased)) return recorded(make(above.sampled), false, attributes)
    const span = make(true)
    return recorded(isWithin(span.traceId, ratio) ? span : unsampled(span), above === undefined, attributes)
  }
  return { begin }
}

const recorded = (span: Tracer.AnySpan, isRoot: boolean, attributes?: Attributes): TraceSpan => {
  const own = span._tag === "Span" ? span : undefined
  const set = (more: Attributes): void => {
    for (const [name, value] of Object.entries(more)) own?.attribute(name, value)
  }
  if (attributes !== undefined) set(attributes)
  return {
    traceparent: formatTraceparent(span),
    isRoot,
    committedAt: undefined,
    span,
    set,
    end: ({ problem, at } = {}) =>
      own?.end(
        nanoseconds(at ?? performance.now()),
        problem === undefined ? Exit.void : Exit.fail(new SpanProblem({ message: problem })),
      ),
  }
}

/** Without a stack: it is where the span is. */
class SpanProblem extends Data.TaggedError("SpanProblem")<{ readonly message: string }> {
  override readonly stack = this.message
}

const externalParent = (text: string): Tracer.ExternalSpan | undefined => {
  const parent: TraceParent | undefined = parseTraceparent(text)
  return parent === undefined ? undefined : Tracer.externalSpan(parent)
}

const unsampled = ({ traceId, spanId }: Tracer.Span): Tracer.ExternalSpan =>
  Tracer.externalSpan({ traceId, spanId, sampled: false })

/** By the last 56 bits of the trace, so that every program that samples so keeps the same ones. */
const isWithin = (traceId: string, ratio: number): boolean =>
  ratio >= 1 || Number.parseInt(traceId.slice(18), 16) < ratio * 2 ** 56

let origin = performance.timeOrigin

/** Of `performance.now()`, by the wall clock as it is now: it may have been set since the process started. */
const nanoseconds = (monotonic: number): bigint => {
  const drift = Date.now() - (origin + performance.now())
  if (Math.abs(drift) > MAX_DRIFT_MS) origin += drift
  const at = origin + monotonic
  const whole = Math.floor(at)
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((at - whole) * 1e6))
}

/** What the clocks may differ by: `Date.now()` is whole milliseconds. */
const MAX_DRIFT_MS = 5

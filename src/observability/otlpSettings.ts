/** What the standard environment variables of OpenTelemetry ask for. A mistake in one is a warning, never a daemon that does not start. */

type Environment = Readonly<Record<string, string | undefined>>

export type SignalName = "traces" | "metrics" | "logs"

export interface SignalSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: (typeof PROTOCOLS)[number]
  readonly compression: (typeof COMPRESSIONS)[number]
  /** For one batch, with every attempt to deliver it. */
  readonly timeoutMs: number
}

export interface BatchSettings extends SignalSettings {
  readonly delayMs: number
  readonly maxBatch: number
  /** That wait or are on their way; what comes then is dropped. */
  readonly maxQueue: number
}

export interface TelemetrySettings {
  readonly serviceName: string
  readonly attributes: Readonly<Record<string, string>>
  /** Absent: not exported. */
  readonly traces?: BatchSettings & { readonly sampler: SamplerSettings }
  readonly metrics?: SignalSettings & {
    readonly intervalMs: number
    readonly temporality: (typeof TEMPORALITIES)[number]
  }
  readonly logs?: BatchSettings
  readonly warnings: ReadonlyArray<string>
}

export interface SamplerSettings {
  /** Does the caller's decision count where there is one? */
  readonly parentBased: boolean
  /** Of traces that begin here, and of all where the caller's decision does not count: from 0 to 1. */
  readonly ratio: number
}

const PROTOCOLS = ["http/protobuf", "http/json"] as const
const COMPRESSIONS = ["none", "gzip"] as const
const TEMPORALITIES = ["cumulative", "delta"] as const
const SAMPLERS: Readonly<Record<string, (ratio: number) => SamplerSettings>> = {
  always_on: () => ({ parentBased: false, ratio: 1 }),
  always_off: () => ({ parentBased: false, ratio: 0 }),
  traceidratio: (ratio) => ({ parentBased: false, ratio }),
  parentbased_always_on: () => ({ parentBased: true, ratio: 1 }),
  parentbased_always_off: () => ({ parentBased: true, ratio: 0 }),
  parentbased_traceidratio: (ratio) => ({ parentBased: true, ratio }),
}
const DEFAULT_ENDPOINT = "http://localhost:4318"

export const readTelemetrySettings = (environment: Environment): TelemetrySettings => {
  const warnings: Array<string> = []
  const read = reader(environment, warnings)
  const serviceName = environment["OTEL_SERVICE_NAME"]
  const attributes = read.pairs("OTEL_RESOURCE_ATTRIBUTES")
  const { "service.name": named, ...others } = attributes
  const common = { serviceName: nonEmpty(serviceName) ?? named ?? "charter", attributes: others, warnings }
  if (read.oneOf("OTEL_SDK_DISABLED", ["true", "false"], "false") === "true") return common

  const signal = (name: SignalName): SignalSettings | undefined => {
    const upper = name.toUpperCase()
    const exporter = nonEmpty(environment[`OTEL_${upper}_EXPORTER`])
    if (exporter === "none") return undefined
    if (exporter !== undefined && exporter !== "otlp") {
      warnings.push(`OTEL_${upper}_EXPORTER=${exporter} is not supported; ${name} are not exported. otlp and none are.`)
      return undefined
    }
    const either = (what: string): string =>
      nonEmpty(environment[`OTEL_EXPORTER_OTLP_${upper}_${what}`]) === undefined
        ? `OTEL_EXPORTER_OTLP_${what}`
        : `OTEL_EXPORTER_OTLP_${upper}_${what}`
    const own = nonEmpty(environment[`OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`])
    const base =
      nonEmpty(environment["OTEL_EXPORTER_OTLP_ENDPOINT"]) ?? (exporter === "otlp" ? DEFAULT_ENDPOINT : undefined)
    const url = own ?? (base === undefined ? undefined : `${base.replace(/\/$/, "")}/v1/${name}`)
    if (url === undefined) return undefined
    if (!isHttpUrl(url)) {
      warnings.push(`${either("ENDPOINT")} is no http or https URL; ${name} are not exported`)
      return undefined
    }
    const protocol = environment[either("PROTOCOL")]
    if (protocol === "grpc") {
      warnings.push(
        `${either("PROTOCOL")}=grpc is not supported; ${name} are not exported. ${PROTOCOLS.join(" and ")} are.`,
      )
      return undefined
    }
    return {
      url,
      headers: read.pairs(either("HEADERS")),
      protocol: read.oneOf(either("PROTOCOL"), PROTOCOLS, "http/protobuf"),
      compression: read.oneOf(either("COMPRESSION"), COMPRESSIONS, "none"),
      timeoutMs: read.number(either("TIMEOUT"), 10_000),
    }
  }
  const batch = (name: SignalName, prefix: string, delayMs: number): BatchSettings | undefined => {
    const settings = signal(name)
    if (settings === undefined) return undefined
    const maxQueue = read.number(`${prefix}_MAX_QUEUE_SIZE`, 2_048)
    return {
      ...settings,
      delayMs: read.number(`${prefix}_SCHEDULE_DELAY`, delayMs),
      maxQueue,
      maxBatch: Math.min(read.number(`${prefix}_MAX_EXPORT_BATCH_SIZE`, 512), maxQueue),
    }
  }

  const traces = batch("traces", "OTEL_BSP", 5_000)
  const metrics = signal("metrics")
  const logs = batch("logs", "OTEL_BLRP", 1_000)
  for (const variable of IGNORED)
    if (nonEmpty(environment[variable]) !== undefined && (traces ?? metrics ?? logs) !== undefined)
      warnings.push(`${variable} is not supported and has no effect`)
  return {
    ...common,
    ...(traces === undefined ? undefined : { traces: { ...traces, sampler: sampler(environment, warnings) } }),
    ...(metrics === undefined
      ? undefined
      : {
          metrics: {
            ...metrics,
            intervalMs: read.number("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
            temporality: read.oneOf("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", TEMPORALITIES, "cumulative"),
          },
        }),
    ...(logs === undefined ? undefined : { logs }),
  }
}

/** Of the standard, and of use where they would work: whoever sets one learns that it does nothing. */
const IGNORED = [
  "OTEL_EXPORTER_OTLP_CERTIFICATE",
  "OTEL_EXPORTER_OTLP_CLIENT_KEY",
  "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
  "OTEL_PROPAGATORS",
  "OTEL_CONFIG_FILE",
]

const sampler = (environment: Environment, warnings: Array<string>): SamplerSettings => {
  const name = nonEmpty(environment["OTEL_TRACES_SAMPLER"]) ?? "parentbased_always_on"
  const ratio = Number(nonEmpty(environment["OTEL_TRACES_SAMPLER_ARG"]) ?? 1)
  const made = SAMPLERS[name]
  if (made === undefined) {
    warnings.push(`OTEL_TRACES_SAMPLER is ${Object.keys(SAMPLERS).join(", ")}, not ${name}; every trace is kept`)
    return { parentBased: true, ratio: 1 }
  }
  if (ratio >= 0 && ratio <= 1) return made(ratio)
  warnings.push("OTEL_TRACES_SAMPLER_ARG is a number from 0 to 1; every trace is kept")
  return made(1)
}

const reader = (environment: Environment, warnings: Array<string>) => ({
  /** A number above 0. */
  number: (variable: string, otherwise: number): number => {
    const text = nonEmpty(environment[variable])
    if (text === undefined) return otherwise
    const value = Number(text)
    if (Number.isFinite(value) && value > 0) return value
    warnings.push(`${variable} is a number above 0; ${otherwise} is taken`)
    return otherwise
  },
  oneOf: <const A extends string>(variable: string, known: ReadonlyArray<A>, otherwise: A): A => {
    const text = nonEmpty(environment[variable])?.toLowerCase()
    const found = known.find((one) => one === text)
    if (text !== undefined && found === undefined)
      warnings.push(`${variable} is ${known.join(" or ")}; ${otherwise} is taken`)
    return found ?? otherwise
  },
  /** `key=value,key=value`, values percent-encoded. What is malformed is not shown: it may be a secret. */
  pairs: (variable: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      (environment[variable] ?? "").split(",").flatMap((pair, index): ReadonlyArray<readonly [string, string]> => {
        if (pair.trim() === "") return []
        const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
        const decoded = value === undefined ? undefined : decode(value)
        if (name !== undefined && decoded !== undefined) return [[name, decoded]]
        warnings.push(`${variable}: entry ${index + 1} is not NAME=VALUE, and is left out`)
        return []
      }),
    ),
})

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const isHttpUrl = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

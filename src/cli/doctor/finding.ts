/** What `charter doctor` says about one thing. */
export interface Finding {
  readonly check: string
  /** `bad`: something does not work. `warn`: it works, and somebody should know. */
  readonly state: "ok" | "warn" | "bad"
  readonly what: string
  /** What to do; absent where there is nothing to do. */
  readonly next?: string
}

export const ok = (check: string, what: string): Finding => ({ check, state: "ok", what })
export const warn = (check: string, what: string, next: string): Finding => ({ check, state: "warn", what, next })
export const bad = (check: string, what: string, next: string): Finding => ({ check, state: "bad", what, next })

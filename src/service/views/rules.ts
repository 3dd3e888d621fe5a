/** Contracts, and what their tests come to. */

export interface ContractView {
  readonly name: string
  readonly scope: string
  readonly version: string
  readonly mode: string
  readonly on: ReadonlyArray<string>
  readonly priority: number
  readonly title?: string
  readonly file: string
  readonly line: number
  /** Plain English, from the compiled form. */
  readonly description: string
}

export interface TestReport {
  readonly passed: number
  readonly failed: number
  readonly cases: ReadonlyArray<{
    readonly file: string
    readonly line: number
    readonly name: string
    readonly ok: boolean
    readonly failures: ReadonlyArray<string>
  }>
  readonly coverage: {
    readonly contracts: number
    readonly contractsBothWays: number
    /** Contracts and conditions that no case has decided both ways. */
    readonly uncovered: ReadonlyArray<string>
  }
}

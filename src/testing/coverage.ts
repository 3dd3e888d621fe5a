/** Which contracts, and which conditions in them, the cases have seen come out both ways. */
import type { Leaf } from "../domain/contract.ts"
import { typeMatches } from "../domain/eventTypes.ts"
import type { LogRecord } from "../domain/record.ts"
import type { Definitions } from "../kernel/definitions.ts"
import { recordedFacts } from "../kernel/eventFacts.ts"
import { type ExplainedNode, explainCondition } from "../language/conditions/explain.ts"
import { conditionPhrase } from "../language/describe/conditions.ts"

export interface CoverageReport {
  /** Contracts of the set that are not off. */
  readonly contracts: number
  readonly contractsBothWays: number
  /** One line for each contract or condition that no case has decided both ways. */
  readonly uncovered: ReadonlyArray<string>
}

interface Ways {
  yes: boolean
  no: boolean
}

export class Coverage {
  readonly #definitions: Definitions
  readonly #contracts = new Map<string, Ways>()
  readonly #leaves = new Map<string, Map<string, Ways & { readonly leaf: Leaf }>>()

  constructor(definitions: Definitions) {
    this.#definitions = definitions
    for (const { contract } of definitions.contracts.values()) {
      if (contract.mode === "off") continue
      this.#contracts.set(contract.fullName, { yes: false, no: false })
      this.#leaves.set(contract.fullName, new Map())
    }
  }

  add(definitions: Definitions, records: ReadonlyArray<LogRecord>): void {
    for (const { event, decision } of records) {
      const facts = recordedFacts(event, Date.parse(event.time), definitions, decision?.values)
      for (const { contract, shared } of definitions.cell(event.org, event.type).candidates) {
        const ways = this.#contracts.get(contract.fullName)
        if (ways === undefined || !contract.on.some((pattern) => typeMatches(pattern, event.type))) continue
        if (contract.when === undefined) {
          ways.yes = true
          ways.no = true
          continue
        }
        const explained = explainCondition(contract.when, shared, facts)
        if (explained.result === true) ways.yes = true
        if (explained.result === false) ways.no = true
        this.#addLeaves(contract.fullName, explained)
      }
    }
  }

  report(): CoverageReport {
    const uncovered: Array<string> = []
    for (const [name, ways] of this.#contracts) {
      const { contract } = this.#definitions.contracts.get(name)!
      const where = `${contract.position.file}:${contract.position.line} ${name}`
      if (!ways.yes && !ways.no) {
        uncovered.push(`${where}: no case has an event that it looks at`)
        continue
      }
      if (!ways.yes) uncovered.push(`${where}: never applied`)
      if (!ways.no) uncovered.push(`${where}: always applied`)
      for (const { leaf, yes, no } of this.#leaves.get(name)!.values())
        if (yes !== no) uncovered.push(`${where}: never ${yes ? "false" : "true"}: ${conditionPhrase(leaf)}`)
    }
    const both = [...this.#contracts.values()].filter(({ yes, no }) => yes && no).length
    return { contracts: this.#contracts.size, contractsBothWays: both, uncovered }
  }

  #addLeaves(contract: string, node: ExplainedNode): void {
    switch (node.kind) {
      case "all":
      case "any":
        for (const part of node.parts) this.#addLeaves(contract, part)
        return
      case "not":
      case "condition":
        return this.#addLeaves(contract, node.part)
      case "leaf": {
        const leaves = this.#leaves.get(contract)!
        const key = JSON.stringify(node.leaf)
        const ways = leaves.get(key) ?? { leaf: node.leaf, yes: false, no: false }
        if (node.result === true) ways.yes = true
        if (node.result === false) ways.no = true
        leaves.set(key, ways)
      }
    }
  }
}

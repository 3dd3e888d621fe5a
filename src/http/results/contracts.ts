/** Contracts, and what is found in files. */
import { Schema } from "effect"
import { named, optional, texts } from "./parts.ts"

const { Struct, Array: list, Finite, Int, Literals, String: Text } = Schema

const contract = {
  name: Text,
  scope: Text,
  version: Text,
  mode: Text,
  on: texts,
  priority: Finite,
  title: optional(Text),
  file: Text,
  line: Int,
  description: Text,
}

export const ContractResult = named(Struct(contract), "Contract", "A contract in force, in plain English.")

export const ContractWithSource = named(
  Struct({ ...contract, source: Text }),
  "ContractWithSource",
  "A contract in force, with its text: of a file with several documents, its own.",
)

export const DiagnosticResult = named(
  Struct({
    file: Text,
    line: Int,
    column: Int,
    severity: Literals(["error", "warning"]),
    code: Text,
    message: Text,
    suggestion: optional(Text),
  }),
  "Diagnostic",
  "What is wrong with a file, and where.",
)

export const LintResult = Struct({ diagnostics: list(DiagnosticResult) })

export const DescribeResult = Struct({ text: Text, diagnostics: list(DiagnosticResult) })

export const TestResult = named(
  Struct({
    passed: Int,
    failed: Int,
    cases: list(Struct({ file: Text, line: Int, name: Text, ok: Schema.Boolean, failures: texts })),
    coverage: Struct({ contracts: Int, contractsBothWays: Int, uncovered: texts }),
  }),
  "TestReport",
  "How the contract tests went.",
)

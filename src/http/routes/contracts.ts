/** Contracts: those in force, and files that are only looked at. */
import { Effect, Schema } from "effect"
import { ContractResult, ContractWithSource, DescribeResult, LintResult, TestResult } from "../results/contracts.ts"
import { itemsOf } from "../results/list.ts"
import { route } from "../route.ts"
import { Files, Name } from "../schemas.ts"
import { items, optional } from "./parts.ts"

const FilesBody = Schema.Struct({ files: Files })

export const contracts = [
  route({
    method: "GET",
    path: "/v1/contracts",
    summary: "The contracts in force; those that bind one organization where org is said.",
    query: Schema.Struct({ org: optional(Name) }),
    result: itemsOf(ContractResult),
    refusals: ["not-found"],
    call: (service, identity, { query }) => Effect.map(service.contracts(identity, query.org), items),
  }),
  route({
    method: "POST",
    path: "/v1/contracts/lint",
    summary: "What is wrong with these files, taken together with nothing else.",
    body: FilesBody,
    result: LintResult,
    call: (service, identity, { body }) =>
      Effect.map(service.lint(identity, body.files), (diagnostics) => ({ diagnostics })),
  }),
  route({
    method: "POST",
    path: "/v1/contracts/describe",
    summary: "These files in plain English.",
    body: FilesBody,
    result: DescribeResult,
    call: (service, identity, { body }) => service.describe(identity, body.files),
    text: ({ text }: { readonly text: string }) => text,
  }),
  route({
    method: "POST",
    path: "/v1/contracts/test",
    summary:
      "Runs the contract tests among these files; without files, those of the workspace against the set in force.",
    body: Schema.Struct({ files: optional(Files) }),
    result: TestResult,
    call: (service, identity, { body }) => service.test(identity, body.files),
  }),
  route({
    method: "GET",
    path: "/v1/contracts/{name}",
    summary: "One contract with its source, by its full name in one piece.",
    params: Schema.Struct({ name: Name }),
    result: ContractWithSource,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.contract(identity, params.name),
  }),
  route({
    method: "GET",
    path: "/v1/contracts/{scope}/{id}",
    summary: "One contract with its source.",
    params: Schema.Struct({ scope: Name, id: Name }),
    result: ContractWithSource,
    refusals: ["not-found"],
    call: (service, identity, { params }) => service.contract(identity, `${params.scope}/${params.id}`),
  }),
]

/** `charter contracts` */
import { existsSync } from "node:fs"
import { rewrap } from "../../language/describe/prose.ts"
import type { Given, Invocation } from "../command.ts"
import { connect } from "../connect.ts"
import { bold, dim, yellow } from "../output.ts"
import { table } from "../table.ts"
import { plain, plainLines } from "../text.ts"
import { timeAndDistance } from "../times.ts"

const NOTHING_IN_FORCE =
  "No contracts are in force. Write one into a YAML file below contracts/; charter lint checks it."

export const listContracts = async (invocation: Invocation): Promise<void> => {
  const { output, org } = invocation
  const list = await (await connect(invocation, "anyone")).contracts({ org })
  output.answer(list, () =>
    list.items.length === 0
      ? NOTHING_IN_FORCE
      : table(
          ["CONTRACT", "MODE", "ON", "FILE"],
          list.items.map(({ name, mode, on, file, line }) => [
            name,
            mode === "enforce" ? "" : yellow(mode),
            on.length === 1 ? on[0]! : `${on[0]}, ...`,
            dim(`${file}:${line}`),
          ]),
          output.columns,
        ),
  )
}

export const showContract = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const contract = await (await connect(invocation, "anyone")).contract(given.arguments[0]!)
  output.answer(contract, () =>
    [
      plainLines(rewrap(contract.description, output.columns)),
      "",
      dim(`${contract.file}:${contract.line}, version ${contract.version}`),
      "",
      plainLines(contract.source ?? ""),
    ].join("\n"),
  )
}

export const contractHistory = async (invocation: Invocation, given: Given): Promise<void> => {
  const { output } = invocation
  const name = given.arguments[0]!
  const client = await connect(invocation, "anyone")
  const full = name.includes("/") ? name : (await client.contract(name)).name
  const [scope = "", id = ""] = full.split("/", 2)
  const history = await client.history(scope, id)
  const now = new Date()
  output.answer(history, () =>
    history.items
      .map(({ at, what, by, change, origin, revision, meaning }) =>
        [
          `${bold(what)} by ${plain(by)}, ${timeAndDistance(at, now)}`,
          `    ${dim(change === undefined ? (origin?.disk === true ? "an edit on disk" : "at a start of the daemon") : change)}, ${dim(`revision ${revision.slice(0, 12)}`)}`,
          ...(meaning === undefined ? [] : [`    ${plain(meaning)}`]),
        ].join("\n"),
      )
      .join("\n"),
  )
}

export const describeContracts = async (invocation: Invocation, given: Given): Promise<number | void> => {
  const { output, org } = invocation
  if (given.arguments.some((what) => existsSync(what)))
    return (await import("./describe.ts")).describe(invocation, given)
  const client = await connect(invocation, "anyone")
  const items =
    given.arguments.length === 0
      ? (await client.contracts({ org })).items
      : await Promise.all(given.arguments.map((name) => client.contract(name)))
  output.answer({ items }, () =>
    items.length === 0
      ? NOTHING_IN_FORCE
      : items.map(({ description }) => plainLines(rewrap(description, output.columns))).join("\n\n"),
  )
}

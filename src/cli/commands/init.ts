/** `charter init` */
import { realpathSync, statSync, writeFileSync } from "node:fs"
import { userInfo } from "node:os"
import { basename, dirname, join, relative, resolve } from "node:path"
import { jsonSchemaFiles } from "../../language/schemas/jsonSchemas.ts"
import { makeFolder } from "../../platform/makeFolder.ts"
import { FOLDERS } from "../../workspace/scan.ts"
import type { Given, Invocation } from "../command.ts"
import { Failure } from "../failure.ts"
import { bold, dim, green } from "../output.ts"
import { starterFiles } from "../starter.ts"

export const init = ({ output, folders, foldersNamed, environment }: Invocation, given: Given): void => {
  const [named] = given.arguments
  const folder = named === undefined ? (foldersNamed ? folders.workspace : process.cwd()) : resolve(named)
  const existing = FOLDERS.map((name) => join(folder, name)).find((one) => statSync(one, { throwIfNoEntry: false }))
  if (existing !== undefined)
    throw new Failure(`${folder} is a workspace already: there is ${existing}. Nothing was changed.`, {
      next: ["Check it: charter lint", "Another folder: charter init DIR"],
    })

  const files = new Map([
    ...starterFiles(organizationIn(folder), memberOf(environment)),
    ...[...jsonSchemaFiles()].map(([name, text]) => [`schemas/${name}`, text] as const),
  ])
  const kept = [...files].flatMap(([name, text]) => (writeNew(join(folder, name), text) ? [] : [name]))
  const made = [...files.keys()].filter((name) => !kept.includes(name))
  const here = relative(process.cwd(), realpathSync(folder))
  output.answer({ workspace: realpathSync(folder), made, kept }, () =>
    [
      ...made.map((name) => `${green("made")}  ${name}`),
      ...kept.map((name) => `${dim("kept")}  ${name}, which was there`),
      "",
      bold("What to do next:"),
      ...(here === "" ? [] : [`  cd ${quoted(here)}`]),
      `  charter describe     ${dim("what the contract means, in plain English")}`,
      `  charter test         ${dim("its cases, in virtual time")}`,
      `  charter up           ${dim("start the daemon; it reloads files when they are saved")}`,
      `  charter publish deploy.requested --org ${organizationIn(folder)} --data '{"environment":"production"}'`,
      `  charter proposals    ${dim("what waits now, and for whom")}`,
      `  charter join ${organizationIn(folder)} --as ${memberOf(environment)}`,
      `  charter inbox        ${dim("what waits for you, one by one; a key decides")}`,
    ].join("\n"),
  )
}

/** `false` where something of the name is there, which stays as it is. */
const writeNew = (path: string, text: string): boolean => {
  try {
    makeFolder(dirname(path))
    writeFileSync(path, text, { flag: "wx" })
    return true
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === "EEXIST" &&
      statSync(path, { throwIfNoEntry: false })?.isFile() === true
    )
      return false
    throw new Failure(`${path} cannot be written: ${(error as Error).message}.`, {
      next: ["Another folder: charter init DIR"],
    })
  }
}

const organizationIn = (folder: string): string => {
  const words = basename(folder)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .join("-")
  return `@${["", "global"].includes(words) ? "team" : words}`
}

const memberOf = ({ USER, USERNAME }: NodeJS.ProcessEnv): string => {
  const name = (USER ?? USERNAME ?? userName()).replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^[_-]+|[_-]+$/g, "")
  return name === "" ? "me" : name
}

/** A user id may have no name. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return ""
  }
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

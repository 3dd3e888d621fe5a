/** The document as one HTML page: no script, no host but the daemon. */
import type { Json } from "./described.ts"
import type { Media, OpenApi, Operation, Parameter, Response } from "./document.ts"
import { PAGE_STYLE } from "./pageStyle.ts"
import { shapeOf } from "./shape.ts"

interface Placed {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export const openApiPage = (document: OpenApi): string => {
  const { info, tags, components } = document
  const placed = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]): Placed => ({ method: method.toUpperCase(), path, operation })),
  )
  const groups = tags.map(({ name }) => ({
    name,
    placed: placed.filter(({ operation }) => operation.tags[0] === name),
  }))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} ${escape(info.version)}: the HTTP interface</title>
<style>${PAGE_STYLE}</style>
<header><h1>${escape(info.title)} <small>${escape(info.version)}</small></h1>
${paragraphs(info.description)}
<p>The same as OpenAPI 3.1: <a href="openapi.json">openapi.json</a></p></header>
<nav aria-label="Operations"><details><summary>All operations</summary>
${groups.map(({ name, placed: some }) => `<h2>${escape(name)}</h2><ul>${some.map(linkTo).join("")}</ul>`).join("\n")}
<h2><a href="#schemas">Schemas</a></h2></details></nav>
<main>
${groups.map(({ name, placed: some }) => `<h2>${escape(name)}</h2>\n${some.map((one) => article(one, components.responses)).join("\n")}`).join("\n")}
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(schemaArticle).join("\n")}
</main>
</html>
`
}

const linkTo = ({ method, path, operation }: Placed): string =>
  `<li><a href="#${operation.operationId}"><b class="${method}">${method}</b> ${breakable(path)}</a></li>`

const article = ({ method, path, operation }: Placed, shared: OpenApi["components"]["responses"]): string => {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation
  const token = security.length === 0 ? "no token" : security.length > 1 ? "token, or later" : ""
  return `<article id="${operationId}">
<h3><b class="${method}">${method}</b> <code>${breakable(path)}</code>${token === "" ? "" : ` <small>${token}</small>`}</h3>
<p>${inline(summary)}</p>${description === undefined ? "" : paragraphs(description)}
${parameters.length === 0 ? "" : `<h4>Parameters</h4><dl>${parameters.map(parameterRow).join("")}</dl>`}
${requestBody === undefined ? "" : `<h4>Body${requestBody.required ? "" : " (may be left out)"}</h4>${contents(requestBody.content)}`}
<h4>Answers</h4><dl>${Object.entries(responses)
    .map(([status, response]) => responseRow(status, response, shared))
    .join("")}</dl>
</article>`
}

const parameterRow = ({ name, in: place, required, description, schema }: Parameter): string => {
  const examples = examplesIn(schema)
  const example =
    examples.length === 0 ? "" : ` For example ${examples.map((one) => `<code>${one}</code>`).join(", ")}.`
  return `<dt><code>${escape(name)}</code> <small>${place}${required ? ", required" : ""}</small></dt>
<dd><code>${shapeOf(schema)}</code> ${inline(description ?? "")}${example}</dd>`
}

const examplesIn = ({ examples = [] }: Json): ReadonlyArray<string> =>
  (examples as ReadonlyArray<unknown>).filter((one) => one !== "").map((one) => escape(String(one)))

const responseRow = (
  status: string,
  response: Operation["responses"][string],
  shared: OpenApi["components"]["responses"],
): string => {
  const isShared = "$ref" in response
  const { description, headers = {}, content = {} } = isShared ? shared[nameIn(response.$ref)]! : response
  const sent = Object.entries(headers).map(
    ([name, header]) => `<code>${escape(name)}</code>: ${inline(header.description)}`,
  )
  return `<dt>${status}${isShared ? ' <small><a href="#schema-Problem">Problem</a></small>' : ""}</dt>
<dd>${inline(description)} ${sent.join(" ")}${isShared ? "" : contents(content)}</dd>`
}

const contents = (content: NonNullable<Response["content"]>): string =>
  Object.entries(content)
    .map(
      ([type, { schema }]: readonly [string, Media]) =>
        `<p><small>${escape(type)}</small></p><pre>${shapeOf(schema)}</pre>`,
    )
    .join("")

const schemaArticle = ([name, { description, ...schema }]: readonly [string, Json]): string =>
  `<article id="schema-${name}"><h3><code>${name}</code></h3>
<p>${inline(typeof description === "string" ? description : "")}</p><pre>${shapeOf(schema)}</pre></article>`

const nameIn = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1)

const paragraphs = (text: string): string =>
  text
    .split("\n\n")
    .map((part) => `<p>${inline(part)}</p>`)
    .join("\n")

/** Text in which backquotes mark code. */
const inline = (text: string): string => escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>")

/** A path may be broken before each of its words. */
const breakable = (path: string): string => escape(path).replaceAll(/(?<=.)\//g, "<wbr>/")

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

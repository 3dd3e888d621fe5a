/** Files as bytes on a disk: what an editor, another system or an accident may leave in `contracts/`. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { Diagnostic } from "../../src/domain/diagnostic.ts"
import { Shell } from "../cli/charter.ts"
import { type Daemon, startDaemon } from "../http/daemon.ts"

const GOOD = 'contract: NAME\nscope: "@crew"\non: a.requested\nthen: allow\n'
const ORGANIZATION = "organizations/crew.yaml"
const CREW = 'organization: "@crew"\nmembers: [{ human: dana }]\n'
const goodOf = (name: string): string => GOOD.replace("NAME", name)

/** By file name: its bytes, and the places and codes that it is told. */
const FILES: Readonly<Record<string, readonly [Buffer | string, ReadonlyArray<string>]>> = {
  "bytes.yaml": [Buffer.from([0xff, 0xfe, 0x00, 0x80]), ["1:1 not-utf8"]],
  "latin.yaml": [Buffer.from("# ok\n# caf\u00e9\n", "latin1"), ["2:6 not-utf8"]],
  "overlong.yaml": [Buffer.concat([Buffer.from(goodOf("o")), Buffer.from([0xc0, 0x80])]), ["5:1 not-utf8"]],
  "surrogate.yaml": [Buffer.from([0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80]), ["1:4 not-utf8"]],
  "utf16.yaml": [Buffer.from(`\uFEFF${goodOf("u")}`, "utf16le"), ["1:1 not-utf8"]],
  "cut.yaml": [Buffer.from("contract: \u{1F4A9}").subarray(0, -1), ["1:11 not-utf8"]],
  "nul.yaml": ["\u0000", ["1:1 unknown-document"]],
  "nul-inside.yaml": [goodOf("a\u0000b"), ["1:11 wrong-name"]],
  "twice.yaml": [`${goodOf("t")}then: allow\n`, ["5:1 duplicate-key"]],
  "twice-deep.yaml": [goodOf("d").replace("allow", "{ deny: x, deny: y }"), ["4:18 duplicate-key"]],
  "tabs.yaml": [goodOf("s").replace("then: allow", "then:\n\t- allow"), ["5:1 tab"]],
  "large.yaml": [`${goodOf("l")}# ${"x".repeat(1024 * 1024)}\n`, ["1:1 file-too-large"]],
  "empty.yaml": ["", []],
  "space.yaml": [" \n\t\n", []],
  "comment.yaml": ["# nothing", []],
  "mark.yaml": [`\uFEFF${goodOf("mark")}`, []],
  "dos.yaml": [goodOf("dos").replaceAll("\n", "\r\n"), []],
}

let shell: Shell
let daemon: Daemon
beforeAll(async () => {
  daemon = await startDaemon()
  shell = new Shell({ [ORGANIZATION]: CREW })
  mkdirSync(join(shell.workspace, "contracts"))
  for (const [name, [bytes]] of Object.entries(FILES)) writeFileSync(join(shell.workspace, "contracts", name), bytes)
})
afterAll(async () => {
  await shell.close()
  await daemon.stop()
})

const told = (diagnostics: ReadonlyArray<Diagnostic>, file: string): ReadonlyArray<string> =>
  diagnostics
    .filter((one) => one.file === file && one.severity === "error")
    .map(({ line, column, code }) => `${line}:${column} ${code}`)

it("are told each in its place by `charter lint`, and hide nothing of each other", async () => {
  const ran = await shell.run(["lint", "--json"])
  expect(ran.code).toBe(1)
  const { diagnostics } = ran.json() as { readonly diagnostics: ReadonlyArray<Diagnostic> }
  for (const [name, [, expected]] of Object.entries(FILES))
    expect(told(diagnostics, `contracts/${name}`), name).toEqual(expected)
})

it("are told the same over HTTP, as far as they are text", async () => {
  const files = Object.fromEntries(
    Object.entries(FILES).flatMap(([name, [text]]) =>
      typeof text === "string" && text.length < 500_000 ? [[`contracts/${name}`, text]] : [],
    ),
  )
  const { status, json } = await daemon.call("POST", "/v1/contracts/lint", {
    json: { files: { ...files, [ORGANIZATION]: CREW } },
  })
  expect(status).toBe(200)
  const { diagnostics } = json as { readonly diagnostics: ReadonlyArray<Diagnostic> }
  for (const file of Object.keys(files)) expect(told(diagnostics, file), file).toEqual(FILES[file.split("/")[1]!]![1])
})

it("by names that are none are refused, or are names like any other", async () => {
  for (const file of [
    "__proto__",
    "constructor",
    "contracts/../../x.yaml",
    "/etc/passwd",
    "contracts/\u0000.yaml",
    "",
  ]) {
    const body = `{"files":{${JSON.stringify(file)}:"contract: [\\n"}}`
    const { status, text } = await daemon.call("POST", "/v1/contracts/lint", { body })
    expect([200, 400], `${file}: ${text}`).toContain(status)
    if (status === 200) expect(JSON.parse(text)).toMatchObject({ diagnostics: [{ file }, { file }] })
    expect(({} as Readonly<Record<string, unknown>>)["files"]).toBeUndefined()
  }
})

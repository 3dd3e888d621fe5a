import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const DECISIONS = "docs/decisions"
const DECISION_MAX_LINES = 40
const AGENTS_MAX_LINES = 120

const entries = readdirSync(join(ROOT, DECISIONS)).filter((file) => file !== "README.md")
const documents = [...globSync("*.md", { cwd: ROOT }), ...globSync("docs/**/*.md", { cwd: ROOT })]

describe("decisions", () => {
  it("are numbered from 1, without a gap", () => {
    const numbers = entries.toSorted().map((file) => Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  it("are all in the index, by number and title", () => {
    const listed = [...read(`${DECISIONS}/README.md`).matchAll(/^\| \[(\d{4})\]\((.+)\) \| (.+) \|$/gm)]
    expect(listed.map(([, number, file, title]) => ({ file, heading: `# ${number} · ${title}` }))).toEqual(
      entries.toSorted().map((file) => ({ file, heading: read(`${DECISIONS}/${file}`).split("\n")[0] })),
    )
  })

  it.each(entries)("%s has the four parts and is short", (file) => {
    const text = read(`${DECISIONS}/${file}`)
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part)).toEqual([
      "Context",
      "Options",
      "Decision",
      "Consequences",
    ])
    expect(text.trimEnd().split("\n").length).toBeLessThan(DECISION_MAX_LINES)
  })
})

describe("documents", () => {
  it.each(documents)("%s links to what exists", (file) => {
    const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link)
    const broken = links.filter((link) => {
      const [path = "", anchor] = link.split("#")
      if (/^[a-z]+:/.test(link)) return false
      const target = path === "" ? join(ROOT, file) : resolve(ROOT, dirname(file), path)
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })
    expect(broken).toEqual([])
  })

  it("AGENTS.md is short, and speaks of folders and commands that exist", () => {
    const text = read("AGENTS.md")
    expect(text.split("\n").length).toBeLessThan(AGENTS_MAX_LINES)
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/`npm run ([a-z]+)/g)].map(([, script = ""]) => script)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
  })
})

/** As GitHub makes them. */
function anchorsOf(file: string) {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  )
}

function read(file: string) {
  return readFileSync(join(ROOT, file), "utf8")
}

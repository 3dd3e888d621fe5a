/** Who sees what has become of the files on disk: those whom they concern, whichever door they ask at. */
import { afterEach, describe, expect, it } from "vitest"
import type { EditView } from "../../src/service/views/changes.ts"
import { openEvents } from "../http/client.ts"
import { Household } from "../support/Household.ts"
import { rule } from "./people.ts"

const members = (org: string, ...humans: ReadonlyArray<string>) =>
  `organization: "${org}"\nmembers:\n${humans.map((human) => `  - { human: ${human} }\n`).join("")}`
const FILES = {
  "organizations/a.yaml": members("@a", "dana", "ivy"),
  "organizations/b.yaml": members("@b", "hugo", "ivy"),
  "contracts/a.yaml": rule("no-drops", "never", "@a"),
  "contracts/b.yaml": rule("no-drops", "never", "@b"),
  "contracts/all.yaml": rule("nobody", "never", "@global"),
  "contracts/both.yaml": `${rule("twice", "never", "@a")}---\n${rule("twice", "never", "@b")}`,
}
const PEOPLE = ["@dana", "@hugo", "@ivy", "operator"] as const
type Person = (typeof PEOPLE)[number]

let house: Household
afterEach(() => house.close())

const tokenOf = (who: Person) => (who === "operator" ? house.daemon.operatorToken : house.token(who))
const getAs = async (who: Person, path: string) => {
  const { status, text, json } = await house.daemon.call("GET", path, { token: await tokenOf(who) })
  return { status, text, items: (json as { readonly items?: ReadonlyArray<unknown> }).items ?? [] }
}
const editsOf = async (who: Person) => (await getAs(who, "/v1/edits")).items as ReadonlyArray<EditView>

interface Said {
  readonly id: string
  readonly type: string
  readonly data: { readonly files: ReadonlyArray<string> }
}

/** The files that the events of the type name, as the list and the stream show them to somebody: the same by both. */
const shownTo = async (who: Person, type: string): Promise<ReadonlyArray<string>> => {
  const listed = (await getAs(who, `/v1/events?type=${type}&order=asc&limit=1000`)).items as ReadonlyArray<Said>
  // What comes behind everything else tells that there is no more of it.
  const end = await house.publish("end.reached", {}, { org: "@global", as: who === "operator" ? "@ivy" : who })
  const events = await openEvents(
    house.daemon.url,
    `/v1/events/stream?type=${type}&type=end.reached&after=`,
    await tokenOf(who),
  )
  const followed: Array<Said> = []
  for (let one; (one = JSON.parse((await events.next())!.data) as Said).id !== end.id;)
    if (one.type === type) followed.push(one)
  events.close()
  expect(followed.map(({ id }) => id)).toEqual(listed.map(({ id }) => id))
  return listed.map(({ data }) => data.files.join(" "))
}

const shown = async (type: string) =>
  Object.fromEntries(await Promise.all(PEOPLE.map(async (who) => [who, await shownTo(who, type)] as const)))

const WRONG = 'contract: no-drops\nscope: "@a"\non: drop.requested\nthen: denyy("a secret of theirs")\n'

describe("a file that is not taken", { timeout: 60_000 }, () => {
  const rejected = async (file: string, text: string) => {
    const before = (await house.events("contracts.rejected", "@global")).length
    house.write(file, text)
    await house.until(async () => (await house.events("contracts.rejected", "@global")).length > before)
  }

  it("is seen by those whom it concerns, and by the operator", async () => {
    house = await Household.open(FILES)
    await rejected("contracts/a.yaml", WRONG)
    await rejected("contracts/b.yaml", 'contract: [no-drops\nscope: "@b"\n')
    await rejected("contracts/both.yaml", WRONG.replace("no-drops", "twice"))
    await rejected("contracts/all.yaml", WRONG.replace("@a", "@global"))
    expect(await shown("contracts.rejected")).toEqual({
      "@dana": ["contracts/a.yaml", "contracts/all.yaml"],
      "@hugo": ["contracts/b.yaml", "contracts/all.yaml"],
      "@ivy": ["contracts/a.yaml", "contracts/b.yaml", "contracts/both.yaml", "contracts/all.yaml"],
      operator: ["contracts/a.yaml", "contracts/b.yaml", "contracts/both.yaml", "contracts/all.yaml"],
    })
    const [first] = await house.events("contracts.rejected", "@global")
    expect(first!.data).toMatchObject({ organizations: ["@a"] })
    for (const path of ["", "/explanation"]) {
      const at = `/v1/events/${first!.id}${path}`
      expect((await getAs("@dana", at)).status).toBe(200)
      expect((await getAs("@hugo", at)).status).toBe(404)
    }
    // As it ever was: what stands in the files is not in what everybody may ask.
    expect((await getAs("@hugo", "/v1/status")).text).not.toContain("contracts/a.yaml")
  })

  it("is seen by the operator alone where nobody can tell whose it is", async () => {
    house = await Household.open(FILES)
    const nobodys = {
      "contracts/new1.yaml": WRONG.replace(/scope.*\n/, ""),
      "contracts/new2.yaml": "just some words\n",
      "contracts/new3.yaml": `${WRONG}---\n${WRONG.replace("@a", "a")}`,
      "contracts/new4.yaml": `${WRONG}---\n@b: [\n`,
      "contracts/new5.yaml": WRONG.replace("@a", "@nobody"),
    }
    for (const [file, text] of Object.entries(nobodys)) await rejected(file, text)
    expect(await shown("contracts.rejected")).toEqual({
      "@dana": [],
      "@hugo": [],
      "@ivy": [],
      operator: Object.keys(nobodys),
    })
  })

  it("is told apart from those of others that were saved at the same moment", async () => {
    house = await Household.open(FILES)
    await house.daemon.kill()
    house.write("contracts/a.yaml", WRONG)
    house.write("contracts/b.yaml", WRONG.replace("@a", "@b"))
    await house.start()
    await house.until(async () => (await house.events("contracts.rejected", "@global")).length === 2)
    expect(await shown("contracts.rejected")).toMatchObject({
      "@dana": ["contracts/a.yaml"],
      "@hugo": ["contracts/b.yaml"],
    })
  })

  it("is seen no longer by who has left", async () => {
    house = await Household.open(FILES)
    await rejected("contracts/a.yaml", WRONG)
    expect(await shownTo("@ivy", "contracts.rejected")).toEqual(["contracts/a.yaml"])
    await house.save("organizations/a.yaml", members("@a", "dana"), "@a")
    expect(await shownTo("@ivy", "contracts.rejected")).toEqual([])
    expect(await shownTo("@dana", "contracts.rejected")).toEqual(["contracts/a.yaml"])
  })
})

describe("an edit that waits", { timeout: 60_000 }, () => {
  const edited = async (file: string, text: string) => {
    house.write(file, text)
    await house.until(async () =>
      (await editsOf("operator")).some(({ files }) => files.some((one) => one.file === file && one.text === text)),
    )
  }
  const seen = async () =>
    Object.fromEntries(
      await Promise.all(
        PEOPLE.map(async (who) => [who, (await editsOf(who)).flatMap(({ files }) => files.map(({ file }) => file))]),
      ),
    )

  it("is seen by those whom it concerns, and where it concerns several, by those who are in all", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    await edited("contracts/a.yaml", rule("no-drops", "a secret of theirs", "@a"))
    const all = {
      "@dana": ["contracts/a.yaml"],
      "@hugo": [],
      "@ivy": ["contracts/a.yaml"],
      operator: ["contracts/a.yaml"],
    }
    expect(await seen()).toEqual(all)
    expect(await shown("contracts.edited")).toEqual(all)
    await edited("contracts/b.yaml", rule("no-drops", "edited", "@b"))
    const both = ["contracts/a.yaml", "contracts/b.yaml"]
    expect(await seen()).toEqual({ "@dana": [], "@hugo": [], "@ivy": both, operator: both })
    expect((await shown("contracts.edited"))["@dana"]).toEqual(["contracts/a.yaml"])
    for (const who of ["@dana", "@hugo"] as const) expect((await getAs(who, "/v1/edits")).text).not.toContain("secret")
  })

  it("is seen by the operator alone where it is of an organization that there is not yet, or of nobody can tell", async () => {
    house = await Household.open(FILES, { diskEdits: "confirm" })
    for (const text of [members("@new", "dana"), 'organization: "@new"\nparent: "@a"\nmembers: []\n', "members: [\n"]) {
      await edited("organizations/new.yaml", text)
      expect(await seen()).toEqual({ "@dana": [], "@hugo": [], "@ivy": [], operator: ["organizations/new.yaml"] })
    }
    expect(await shown("contracts.edited")).toMatchObject({ "@dana": [], "@hugo": [], "@ivy": [] })
  })

  it("shows nothing of what is wrong in files of others by it", async () => {
    const asks = 'contract: asks\nscope: "@b"\non: ask.requested\nthen: { route: { to: helper@a } }\n'
    const helped = `${members("@a", "dana", "ivy")}  - { agent: helper }\n`
    house = await Household.open(
      { ...FILES, "organizations/a.yaml": helped, "contracts/asks.yaml": asks },
      { diskEdits: "confirm" },
    )
    await edited("organizations/a.yaml", FILES["organizations/a.yaml"])
    expect((await editsOf("operator"))[0]!.diagnostics).toMatchObject([{ file: "contracts/asks.yaml" }])
    expect(await editsOf("@dana")).toMatchObject([{ diagnostics: [] }])
  })
})

it("a contract is shown with its own text, not with what else is in its file", { timeout: 60_000 }, async () => {
  house = await Household.open(FILES)
  const sourceFor = async (who: Person, org: string) => {
    const { json } = await house.daemon.call("GET", `/v1/contracts/${encodeURIComponent(`${org}/twice`)}`, {
      token: await tokenOf(who),
    })
    return (json as { readonly source?: string }).source
  }
  expect(await sourceFor("@dana", "@a")).toBe(rule("twice", "never", "@a").trimEnd())
  expect(await sourceFor("@hugo", "@b")).toBe(rule("twice", "never", "@b").trimEnd())
  expect(await sourceFor("@dana", "@b")).toBeUndefined()
})

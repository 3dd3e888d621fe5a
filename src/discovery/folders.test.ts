import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { foldersOf, nearestWorkspace, runMark, socketFile } from "./folders.ts"

const root = realpathSync(mkdtempSync(join(tmpdir(), "charter-folders-")))
afterAll(() => rmSync(root, { recursive: true }))

const workspace = join(root, "my team!")
mkdirSync(join(workspace, "contracts", "deep"), { recursive: true })
mkdirSync(join(root, "other", "organizations"), { recursive: true })
mkdirSync(join(root, "elsewhere"))
symlinkSync(workspace, join(root, "link"))

describe("the workspace", () => {
  it("is the nearest folder upwards that has rules, else here", () => {
    expect(nearestWorkspace(workspace)).toBe(workspace)
    expect(nearestWorkspace(join(workspace, "contracts", "deep"))).toBe(workspace)
    expect(nearestWorkspace(join(root, "other", "organizations"))).toBe(join(root, "other"))
    expect(nearestWorkspace(join(root, "elsewhere"))).toBe(join(root, "elsewhere"))
  })

  it("is what the command line says, then what the environment says", () => {
    const environment = { CHARTER_WORKSPACE: "other", CHARTER_DATA: "data" }
    expect(foldersOf({}, environment, root)).toEqual({ workspace: join(root, "other"), data: join(root, "data") })
    expect(foldersOf({ workspace: "elsewhere", data: "d" }, environment, root)).toEqual({
      workspace: join(root, "elsewhere"),
      data: join(root, "d"),
    })
  })
})

describe("the data folder", () => {
  const dataOf = (folder: string, environment: Readonly<Record<string, string>> = { HOME: "/home/dana" }) =>
    foldersOf({ workspace: folder }, environment, root).data

  it("is outside the workspace, readable, and one for each workspace however it is reached", () => {
    expect(dataOf(workspace)).toMatch(/^\/home\/dana\/\.local\/state\/charter\/my-team--[0-9a-f]{12}$/)
    expect(dataOf(join(root, "link"))).toBe(dataOf(workspace))
    expect(dataOf(join(root, "other"))).not.toBe(dataOf(workspace))
  })

  it("is in the state directory, where that is absolute", () => {
    expect(dataOf(workspace, { HOME: "/home/dana", XDG_STATE_HOME: "/state" })).toMatch(/^\/state\/charter\//)
    expect(dataOf(workspace, { HOME: "/home/dana", XDG_STATE_HOME: "state" })).toMatch(/^\/home\/dana\//)
    expect(dataOf(workspace, { HOME: "/home/dana", XDG_STATE_HOME: "" })).toMatch(/^\/home\/dana\//)
  })

  it("has no socket where the system would not take its path", () => {
    expect(socketFile("/data")).toBe("/data/daemon.sock")
    expect(socketFile(`/${"x".repeat(100)}`)).toBeUndefined()
  })
})

describe("the mark of a run", () => {
  it("tells runs of one name apart by the data folder, and stays when that is named in another way", () => {
    const folder = mkdtempSync(join(tmpdir(), "charter marks "))
    try {
      mkdirSync(join(folder, "one"))
      mkdirSync(join(folder, "other"))
      symlinkSync(join(folder, "one"), join(folder, "same"))
      const [one, other, same] = ["one", "other", "same"].map((name) => runMark(join(folder, name), "r-team-3.r1"))
      expect(one).toMatch(/^r-team-3\.r1@[0-9a-f]{12}$/)
      expect(other).not.toBe(one)
      expect(same).toBe(one)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { makeFolder } from "./makeFolder.ts"

const root = mkdtempSync(join(tmpdir(), "charter-make-folder-"))
afterAll(() => rmSync(root, { recursive: true }))

describe("a folder", () => {
  it("is made with those that it lies in, and may be there already", () => {
    const path = join(root, "a", "b", "c")
    makeFolder(path, 0o700)
    makeFolder(path)
    for (const folder of [path, join(root, "a")]) expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  it("is not made where a file is, below one, or through a link that leads nowhere", () => {
    writeFileSync(join(root, "file"), "")
    symlinkSync(join(root, "nowhere", "at", "all"), join(root, "link"))
    expect(() => makeFolder(join(root, "file"))).toThrow("is no folder")
    expect(() => makeFolder(join(root, "file", "below"))).toThrow("ENOTDIR")
    expect(() => makeFolder(join(root, "link"))).toThrow("EEXIST")
  })

  it.runIf(process.platform === "linux")("is refused at once where no folders are taken", () => {
    expect(() => makeFolder("/proc/nope/below")).toThrow("/proc takes no folders")
  })
})

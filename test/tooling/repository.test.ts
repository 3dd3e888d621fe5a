import { globSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { completeLock, type LockFile } from "../../scripts/lock.ts"

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const FILES = globSync(["**/*", "**/.*", "**/.*/**/*"], {
  cwd: ROOT,
  exclude: ["**/node_modules", "**/.git", "**/.charter", "dist", "coverage", ".install.lock*"],
}).filter((file) => statSync(join(ROOT, file)).isFile())

describe("package-lock.json", () => {
  const lock = JSON.parse(read("package-lock.json")) as LockFile

  it("names no address that packages come from", () => {
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([])
  })

  it("has every platform's packages (if not: node scripts/lock.ts)", () => {
    expect(Object.keys(completeLock(lock).packages)).toEqual(Object.keys(lock.packages))
  })

  it("has the checksum of every package that is not for one platform alone", () => {
    const unchecked = Object.entries(lock.packages).filter(([place, entry]) => {
      return place !== "" && entry.integrity === undefined && entry.optional !== true
    })
    expect(unchecked).toEqual([])
  })
})

describe("package.json", () => {
  const manifest = JSON.parse(read("package.json")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >

  it("pins every version exactly", () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(loose.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })
})

describe("every file", () => {
  it("is seen, hidden ones too", () => {
    expect(FILES).toEqual(expect.arrayContaining([".ci/run", ".npmrc", "src/domain/event.ts", "LICENSE"]))
  })

  it.each([
    ["a folder of one machine", /(?<![\w.~-])\/(?:work|root)\//],
    ["the host of a package registry", /registry\.(?:npmjs|yarnpkg)\.|deb\.debian\.org|pypi\.org/],
  ])("is free of %s", (_, pattern) => {
    const self = "test/tooling/repository.test.ts"
    expect(FILES.filter((file) => file !== self && pattern.test(read(file)))).toEqual([])
  })
})

describe("completeLock", () => {
  it("adds what a package asks for, with its version and the platform of its name", () => {
    const { packages } = completeLock({
      packages: {
        "": {},
        "node_modules/z": { version: "1.0.0" },
        "node_modules/a": {
          dev: true,
          optionalDependencies: { "@a/linux-x64-musl": "2.0.0", "@a/darwin-arm64": "2.0.0", "@a/wasm": "2.0.0" },
        },
        "node_modules/@a/wasm": { version: "2.0.0", integrity: "sha512-x", optional: true },
      },
    })
    expect(Object.entries(packages)).toEqual([
      ["", {}],
      ["node_modules/@a/darwin-arm64", { version: "2.0.0", cpu: ["arm64"], dev: true, optional: true, os: ["darwin"] }],
      [
        "node_modules/@a/linux-x64-musl",
        { version: "2.0.0", cpu: ["x64"], dev: true, libc: ["musl"], optional: true, os: ["linux"] },
      ],
      ["node_modules/@a/wasm", { version: "2.0.0", integrity: "sha512-x", optional: true }],
      ["node_modules/a", expect.anything()],
      ["node_modules/z", { version: "1.0.0" }],
    ])
  })
})

function read(file: string) {
  return readFileSync(join(ROOT, file), "utf8")
}

/**
 * Completes package-lock.json: `node scripts/lock.ts` after packages were added or upgraded.
 *
 * A package with native parts lists one optional package per platform. Where the registry at hand does not carry all
 * of them, npm leaves those out of the lock file, and `npm ci` then refuses it, everywhere. The entries are added
 * here: version from the package that asks for it, platform from its name. They have no checksum.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly cpu?: ReadonlyArray<string>
  readonly dev?: true
  readonly libc?: ReadonlyArray<string>
  readonly optional?: true
  readonly os?: ReadonlyArray<string>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
export interface LockFile {
  readonly packages: Readonly<Record<string, LockEntry>>
}

const SYSTEMS = new Set("aix android darwin freebsd linux netbsd openbsd openharmony sunos win32".split(" "))
const PROCESSORS = new Set("arm arm64 ia32 loong64 ppc64 riscv64 s390x x64".split(" "))

/** The lock file with an entry for every optional package that any of its packages asks for. */
export function completeLock(lock: LockFile): LockFile {
  const packages: Record<string, LockEntry> = { ...lock.packages }
  for (const asking of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(asking.optionalDependencies ?? {})) {
      packages[`node_modules/${name}`] ??= entryOf(name, version, asking.dev === true)
    }
  }
  const sorted = Object.entries(packages).toSorted(([left], [right]) => left.localeCompare(right, "en"))
  return { ...lock, packages: Object.fromEntries(sorted) }
}

function entryOf(name: string, version: string, dev: boolean): LockEntry {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => SYSTEMS.has(word))
  const cpu = words.filter((word) => PROCESSORS.has(word))
  const libc = words.flatMap((word) => (word === "gnu" ? ["glibc"] : word === "musl" ? ["musl"] : []))
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  }
}

if (import.meta.main) {
  const file = fileURLToPath(new URL("../package-lock.json", import.meta.url))
  const lock = JSON.parse(readFileSync(file, "utf8")) as LockFile
  const completed = completeLock(lock)
  const added = Object.keys(completed.packages).length - Object.keys(lock.packages).length
  writeFileSync(file, `${JSON.stringify(completed, undefined, 2)}\n`)
  process.stdout.write(`${added} optional packages added to package-lock.json\n`)
}

/** A disk that fails only when it is told to keep what was written: `fsync` of the processes that are started meanwhile. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vi } from "vitest"

const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int failing(void) {
  const char *flag = getenv("FAILING_SYNC");
  if (flag == NULL || access(flag, F_OK) != 0) return 0;
  errno = EIO;
  return 1;
}
int fsync(int fd) { return failing() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
int fdatasync(int fd) { return failing() ? -1 : ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
`

export class FailingSync {
  readonly #folder = mkdtempSync(join(tmpdir(), "charter-sync-"))
  readonly #flag = join(this.#folder, "failing")

  /** False where this machine does not compile it. */
  make(): boolean {
    const library = join(this.#folder, "sync.so")
    writeFileSync(join(this.#folder, "sync.c"), SOURCE)
    try {
      execFileSync("cc", ["-shared", "-fPIC", "-o", library, join(this.#folder, "sync.c"), "-ldl"], { stdio: "ignore" })
    } catch {
      return false
    }
    vi.stubEnv("LD_PRELOAD", library)
    vi.stubEnv("FAILING_SYNC", this.#flag)
    return true
  }

  fail(): void {
    writeFileSync(this.#flag, "")
  }

  mend(): void {
    rmSync(this.#flag)
  }

  close(): void {
    vi.unstubAllEnvs()
    rmSync(this.#folder, { recursive: true })
  }
}

/** The rules of this repository with the programs that work for them: a clone in which they have run is as clean as before. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"
import { deliver } from "../../src/demo/api.ts"
import type { Listed, TaskView } from "../../src/log/Projections.ts"
import { DaemonProcess } from "../support/DaemonProcess.ts"

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url))
const SHIPPED = ["contracts", "organizations", "tools"]
const SECRET = "of this test"

let root: string
let daemon: DaemonProcess | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "charter-shipped-"))
})
afterEach(async () => {
  await daemon?.kill()
  rmSync(root, { recursive: true, force: true })
})

it("the shipped deployer and reviewer leave the workspace as it was", { timeout: 60_000 }, async () => {
  const workspace = join(root, "workspace")
  for (const folder of SHIPPED) cpSync(join(REPOSITORY, folder), join(workspace, folder), { recursive: true })
  const before = contentOf(workspace)
  expect(Object.keys(before)).toEqual(expect.arrayContaining(["tools/deploy.sh", "tools/review.mjs"]))
  daemon = await DaemonProcess.start({
    workspace,
    data: join(root, "data"),
    environment: { GITHUB_WEBHOOK_SECRET: SECRET },
  })
  await deliver(daemon.url, SECRET, {
    name: "pull_request",
    id: "opened",
    payload: { action: "opened", number: 1, pull_request: { number: 1, title: "Fix it", draft: false, additions: 3 } },
  })
  await deliver(daemon.url, SECRET, {
    name: "deployment",
    id: "created",
    payload: { action: "created", deployment: { environment: "staging", ref: "v1", sha: "0".repeat(40) } },
  })
  const tasks = async () => ((await daemon!.call("GET", "/v1/tasks")).json as Listed<TaskView>).items
  await expect
    .poll(async () => (await tasks()).map(({ member, state }) => `${member} ${state}`).toSorted(), { timeout: 30_000 })
    .toEqual(["deployer completed", "reviewer completed"])
  await daemon.stop()
  expect(contentOf(workspace)).toEqual(before)
})

/** Every file and folder, by its path. */
const contentOf = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path), entry.isFile() ? readFileSync(path, "utf8") : ""]
    }),
  )

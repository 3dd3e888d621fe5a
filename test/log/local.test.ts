import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { layerLocal } from "../../src/log/local/layer.ts"
import { conformance } from "./conformance.ts"

const folder = mkdtempSync(join(tmpdir(), "charter-log-"))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
conformance("libSQL", () => layerLocal({ file: join(folder, `${++files}.db`) }))

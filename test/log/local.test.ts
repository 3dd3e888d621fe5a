import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { layerLocal } from "../../src/log/local/layer.ts"
import { conformance } from "./conformance.ts"
import { modelTest } from "./model.ts"
import { projections } from "./projections.ts"

const folder = mkdtempSync(join(tmpdir(), "charter-log-"))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const layer = () => layerLocal({ file: join(folder, `${++files}.db`) })

conformance("libSQL", layer)
projections("libSQL", layer)
modelTest("libSQL", layer, 40)

import { layerMemory } from "../../src/log/memory/layer.ts"
import { conformance } from "./conformance.ts"
import { modelTest } from "./model.ts"
import { projections } from "./projections.ts"

conformance("memory", () => layerMemory)
projections("memory", () => layerMemory)
modelTest("memory", () => layerMemory, 200)

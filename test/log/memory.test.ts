import { layerMemory } from "../../src/log/memory/layer.ts"
import { conformance } from "./conformance.ts"
import { projections } from "./projections.ts"

conformance("memory", () => layerMemory)
projections("memory", () => layerMemory)

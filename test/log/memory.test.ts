import { layerMemory } from "../../src/log/memory/layer.ts"
import { conformance } from "./conformance.ts"

conformance("memory", () => layerMemory)

/** `import { Charter } from "charter"`: a daemon inside another program, or inside a test. */
export { Charter } from "./Charter.ts"
export { CharterError } from "./CharterError.ts"
export { Member } from "./Member.ts"
export type * from "./types.ts"

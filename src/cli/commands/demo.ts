/** `charter demo` */
import type { Invocation } from "../command.ts"

/** All that stands behind the command's name is the demo's own. */
export const demo = async ({ argv, program }: Invocation): Promise<number> =>
  (await import("../../demo/main.ts")).runDemo(argv.slice(argv.indexOf("demo") + 1), program)

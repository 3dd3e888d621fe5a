/**
 * Packages whose code is in the bundle. The program may import them, and they are `devDependencies`: whoever installs
 * Charter gets their code with it. What stands in `dependencies` is left outside and installed beside it.
 */
export const BUNDLED: ReadonlySet<string> = new Set([
  "@hono/node-server",
  "@octokit/webhooks-examples",
  "canonicalize",
  "chokidar",
  "commander",
  "effect",
  "fastest-levenshtein",
  "hono",
  "json-rules-engine",
  "jsonpath-plus",
  "re2js",
  "ws",
  "yaml",
])

import { defineConfig } from "vitest/config"
import { summaryReporter } from "./scripts/summaryReporter.ts"

/** `unit` stands beside its file; `system` crosses files, and may start processes, sockets and daemons. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    silent: "passed-only",
    // Names of tests are for those that fail.
    slowTestThreshold: Infinity,
    reporters: [["default", { summary: false }], summaryReporter],
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts"], testTimeout: 20_000 } },
      {
        extends: true,
        test: { name: "system", include: ["test/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
})

import type { Reporter } from "vitest/node"

/** Ends a test run with one plain line, `N passed, N failed, N skipped`, for whoever reads the output by program. */
export const summaryReporter: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      // What fails outside of a test (an import, a hook) fails once.
      const outside = [...module.children.allSuites()].flatMap((suite) => suite.errors())
      count.failed += module.errors().length + outside.length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === "pending" ? "skipped" : state] += 1
      }
    }
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
  },
}

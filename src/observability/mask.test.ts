import { describe, expect, it } from "vitest"
import { maskOf, maskOfEnvironment } from "./mask.ts"

describe("a mask", () => {
  it("hides every occurrence, and no short word", () => {
    expect(maskOf(["secret-1", "abc"])("abc secret-1 xsecret-1x")).toBe("abc *** x***x")
  })

  it("knows the secrets of an environment by their names, and every token of a daemon", () => {
    const mask = maskOfEnvironment({
      GITHUB_TOKEN: "ghp_123456",
      DB_PASSWORD: "letmein-please",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x",
      EDITOR: "emacs-nox",
      EMPTY_KEY: undefined,
    })
    expect(mask("ghp_123456 letmein-please authorization=Bearer%20x emacs-nox")).toBe("*** *** *** emacs-nox")
    expect(mask(`Bearer charter_${"aB3_-".repeat(8)}xyz!`)).toBe("Bearer charter_***!")
  })
})

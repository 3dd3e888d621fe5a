import { expect, it } from "vitest"
import { heldInWords } from "./standing.ts"

const held = (count: number) =>
  heldInWords({
    candidate: "r",
    removed: Array.from({ length: count }, (_, index) => `@team/c${index + 1}`),
    folders: [],
    since: 0,
    reminders: 0,
  })

it("lists what would go, and counts what it does not list", () => {
  expect(held(1)).toBe("1 contract or organization would go at once (@team/c1)")
  expect(held(2)).toBe("2 contracts or organizations would go at once (@team/c1, @team/c2)")
  expect(held(6)).toMatch(/^6 contracts .*@team\/c5 and 1 more\)$/)
})

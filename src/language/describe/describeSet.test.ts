import { describe, expect, it } from "vitest"
import type { Contract } from "../../domain/contract.ts"
import type { Organization } from "../../domain/organization.ts"
import * as sample from "./samples.ts"
import { describeSet } from "./describeSet.ts"

const contract = (scope: string, id: string, part: Partial<Contract> = {}): Contract => {
  return {
    fullName: `${scope}/${id}`,
    id,
    scope,
    on: ["deploy.requested"],
    then: [{ effect: "allow" }],
    mode: "enforce",
    priority: 0,
    version: "0",
    position: sample.contract.position,
    ...part,
  }
}
const EMPTY: Omit<Organization, "id"> = {
  default: "allow",
  timezone: "UTC",
  members: [],
  channels: ["general"],
  documents: [],
  conditions: {},
  webhooks: [],
  version: "0",
  position: sample.organization.position,
}
const organizations = (...list: ReadonlyArray<Pick<Organization, "id"> & Partial<Organization>>) =>
  new Map(list.map((part): [string, Organization] => [part.id, { ...EMPTY, ...part }]))
const headings = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => /^ {0,2}@/.test(line))

describe("describeSet", () => {
  it("sums up, also where there is nothing", () => {
    expect(describeSet([], new Map())).toBe(
      "0 contracts in 0 organizations: 0 enforced, 0 only watched (shadow), 0 switched off.",
    )
    const set = [contract("@a", "x"), contract("@a", "y", { mode: "shadow" }), contract("@b", "z", { mode: "off" })]
    const text = describeSet(set, organizations({ id: "@a" }, { id: "@b", default: "deny" }))
    expect(text.split("\n").slice(0, 2)).toEqual([
      "3 contracts in 2 organizations: 1 enforced, 1 only watched (shadow), 1 switched off.",
      "A request that no contract speaks to is allowed in @a, and refused in @b.",
    ])
  })

  it("says who lets a change of the rules through where no contract does", () => {
    const said = (...list: ReadonlyArray<Pick<Organization, "id"> & Partial<Organization>>): string =>
      describeSet([], organizations(...list))
        .replaceAll(/\s+/g, " ")
        .replace(/^.* A change/, "A change")
        .replace(/ \(charter\/changes\)\..*$/, "")
    const members = [{ name: "dana", kind: "human" as const, roles: [], weight: 1, position: sample.contract.position }]
    const passes =
      "A change of the rules that no contract speaks to passes where an operator asks for it, or a human whom the " +
      "organization's file names; any other waits for"
    const strict = { id: "@strict", default: "deny" as const, members }
    expect(said({ id: "@people", members })).toBe(`${passes} a human of the organization`)
    expect(said({ id: "@global", members }, { id: "@people", members }, { id: "@robots" })).toBe(
      `${passes} a human of the organization, in @global and @robots for the operator`,
    )
    expect(said({ id: "@global" }, strict)).toBe(`${passes} the operator; in @strict only an operator's passes`)
    expect(said(strict)).toBe(
      "A change of the rules that no contract speaks to passes only where an operator asks for it",
    )
  })

  it("puts @global first, parents before those below, and contracts in the order that they decide in", () => {
    const set = [
      contract("@b", "late", { priority: -1 }),
      contract("@b", "b"),
      contract("@b", "a"),
      contract("@b", "early", { priority: 9 }),
      contract("@a", "x"),
      contract("@global", "g"),
    ]
    const known = organizations(
      { id: "@c-below", parent: "@c" },
      { id: "@a", parent: "@c" },
      { id: "@c" },
      { id: "@b" },
    )
    expect(headings(describeSet(set, known))).toEqual([
      "@global",
      "  @global/g",
      "@b",
      "  @b/early",
      "  @b/a",
      "  @b/b",
      "  @b/late",
      "@c",
      "@a",
      "  @a/x",
      "@c-below",
    ])
  })

  it("ends on a circle of parents", () => {
    const circle = organizations({ id: "@a", parent: "@b" }, { id: "@b", parent: "@a" })
    expect(headings(describeSet([contract("@a", "x")], circle))).toHaveLength(3)
  })

  it("says what shared conditions mean, once, those of parents and those within others too", () => {
    const known = organizations(
      { id: "@a", parent: "@b", conditions: { outer: { not: { condition: "inner" } } } },
      { id: "@b", conditions: { inner: { all: [sample.leaf, { condition: "outer" }] } } },
    )
    const text = describeSet(
      [contract("@a", "x", { when: { any: [{ condition: "outer" }, { condition: "outer" }] } })],
      known,
    )
    const meanings = text
      .slice(text.indexOf("@a/x"))
      .split("\n")
      .filter((line) => line.includes("means that"))
    expect(meanings).toEqual([
      '    "outer" means that it is not so that "inner" holds',
      '    "inner" means that all of these hold:',
    ])
  })
})

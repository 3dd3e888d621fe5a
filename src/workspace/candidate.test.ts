import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Candidate, makeCandidate, type Reason, refuse } from "./candidate.ts"
import type { Source, Sources } from "./source.ts"

const source = (file: string, defines: ReadonlyArray<string>, round: number): Source => ({
  file,
  text: "",
  hash: `${round} ${file} ${defines.join()}`,
  defines,
  parsed: {
    file,
    hash: "",
    contracts: [],
    organizations: [],
    tests: [],
    diagnostics: [],
  } as unknown as Source["parsed"],
})

const NAMES = ["p", "q", "r", "s", "t", "u", "v"]
const FILES = ["a", "b", "c", "d"]

/** Each name in at most one file. */
const anySources = (round: number): fc.Arbitrary<Sources> =>
  fc.tuple(...NAMES.map(() => fc.constantFrom(undefined, ...FILES))).map((places) => {
    const files = FILES.map((file) => [file, NAMES.filter((_, index) => places[index] === file)] as const)
    return new Map(
      files.filter(([, defines]) => defines.length > 0).map(([file, defines]) => [file, source(file, defines, round)]),
    )
  })

const namesOf = (files: Sources) => [...files.values()].flatMap(({ defines }) => defines)

const error = (file: string) =>
  ({ file, line: 1, column: 1, severity: "error", code: "wrong", message: "wrong" }) as const

const candidates = fc
  .record({
    inForce: anySources(1),
    wanted: anySources(2),
    kept: fc.dictionary(fc.constantFrom(...FILES), fc.constantFrom<Reason>("refused", "waiting")),
  })
  .map(({ inForce, wanted, kept }) => makeCandidate(inForce, wanted, new Map(Object.entries(kept)), []))

const isWhole = ({ inForce, wanted, sources }: Candidate) => {
  const names = namesOf(sources)
  expect(new Set(names).size).toBe(names.length)
  const present = namesOf(wanted)
  for (const name of namesOf(inForce)) if (present.includes(name)) expect(names).toContain(name)
  for (const taken of sources.values()) expect([inForce.get(taken.file), wanted.get(taken.file)]).toContain(taken)
}

describe("a candidate", () => {
  it("has every name once, loses none that is wanted, and takes every file whole", () => {
    fc.assert(fc.property(candidates, isWhole), { numRuns: 2_000 })
  })

  it("is all that is wanted where nothing is kept", () => {
    fc.assert(
      fc.property(anySources(1), anySources(2), (inForce, wanted) => {
        const candidate = makeCandidate(inForce, wanted, new Map(), [])
        expect(candidate.sources).toEqual(wanted)
      }),
    )
  })

  it("without what is refused is whole again, and in the end is what runs", () => {
    fc.assert(
      fc.property(
        candidates,
        fc.array(fc.constantFrom(...FILES, "elsewhere"), { minLength: 1, maxLength: 8 }),
        (first, files) => {
          let candidate = first
          for (const file of files) {
            const changed = candidate.sources.get(file) !== candidate.inForce.get(file) && candidate.sources.has(file)
            candidate = refuse(candidate, [error(file)])
            expect(candidate.errors).toContainEqual(error(file))
            if (!changed) expect(candidate.sources).toBe(candidate.inForce)
            else expect(candidate.sources.get(file)).toBe(candidate.inForce.get(file))
            isWhole(candidate)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it("says of each file why it stays, where another one is to blame", () => {
    const inForce = new Map([
      ["a", source("a", ["p", "q"], 1)],
      ["b", source("b", ["r"], 1)],
    ])
    const wanted = new Map([
      ["a", source("a", ["p", "q"], 1)],
      ["b", source("b", ["r", "q"], 2)],
    ])
    const { sources, errors, kept } = makeCandidate(inForce, wanted, new Map([["a", "refused" as const]]), [])
    expect(sources).toEqual(inForce)
    expect(kept.get("b")).toBe("refused")
    expect(errors).toMatchObject([{ file: "b", code: "waits-for-file" }])
  })
})

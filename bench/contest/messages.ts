/** What a comparison and the process of a contestant say to each other; one answer for each request, in order. */
export type Request =
  | { readonly op: "prepare"; readonly module: string; readonly input: unknown }
  | { readonly op: "answers"; readonly count: number }
  | { readonly op: "slice"; readonly ms: number }
  | { readonly op: "figures" }

export type Response = { readonly value: unknown } | { readonly failed: string }

/** What every refusal and failure is answered with. */
import { Schema } from "effect"
import { named, optional } from "./parts.ts"

const { Struct, Array: list, Int, String: Text } = Schema

/** RFC 9457. */
export const ProblemResult = named(
  Struct({
    type: Text.annotateKey({ description: "`urn:charter:problem:` and the stable name of the case." }),
    title: Text,
    status: Int,
    detail: Text.annotateKey({ description: "One sentence for a person, with what to do next." }),
    instance: optional(Text.annotateKey({ description: "The path that was asked for." })),
    errors: optional(
      list(
        Struct({
          pointer: optional(Text.annotateKey({ description: "Into the body: RFC 6901, as a URI fragment." })),
          parameter: optional(Text),
          detail: Text,
        }),
      ),
    ),
  }),
  "Problem",
  "RFC 9457. Further members say more of the particular case.",
)

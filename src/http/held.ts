/** Answers that are not over yet. */
import type { PublishAnswer } from "../service/views/events.ts"

/** Still waiting, as far as this answer knows. */
export const isHeld = ({ verdict, holdState = "held" }: PublishAnswer): boolean =>
  verdict === "hold" && holdState === "held"

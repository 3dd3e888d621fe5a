import { green, red, yellow } from "./output.ts"

/** The colour of each verdict. */
export const VERDICTS = { allow: green, deny: red, hold: yellow, expired: red } as const

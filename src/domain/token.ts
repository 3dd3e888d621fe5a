/** Whom an operator makes a token for. */
export const TOKEN_KINDS = ["human", "agent", "operator", "bridge"] as const
export type TokenKind = (typeof TOKEN_KINDS)[number]

/** For the edges: they refuse what the log cannot have given out, before anything is asked with it. */
export { isCursor } from "../log/cursor.ts"

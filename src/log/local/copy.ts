import type { Connection } from "./database.ts"

/**
 * Writes the log as it is at one moment into another file, which is empty or not there, without what was deleted. The
 * writer goes on meanwhile: in WAL mode it waits for no reader.
 */
export const copy = (connection: Connection, to: string): undefined => {
  // It writes to the other file alone, but counts as a write.
  connection.exec("PRAGMA query_only = OFF")
  connection.prepare("VACUUM INTO ?").run([to])
}

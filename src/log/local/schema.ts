/**
 * The tables of the log's file. `records` and `sources` only ever grow; `read_*` can be made again from them.
 *
 * `data` is JSON text; a blob there is the digest that an erased payload has left behind, so the chain still verifies.
 */
import type { Connection } from "./database.ts"

export const SCHEMA_VERSION = 1
/** "CHRT": tells our file from any other database. */
const APPLICATION_ID = 0x43_48_52_54

/** The header of a database file, as the SQLite file format has it (1.3): long enough for {@link isLogHeader}. */
export const HEADER_BYTES = 100
const APPLICATION_ID_OFFSET = 68

/** Does a file that begins like this say that it is one of ours? */
export const isLogHeader = (header: Buffer): boolean =>
  header.length >= HEADER_BYTES &&
  header.toString("latin1", 0, 16) === "SQLite format 3\0" &&
  header.readUInt32BE(APPLICATION_ID_OFFSET) === APPLICATION_ID

const TABLES = `
CREATE TABLE records (
  position INTEGER PRIMARY KEY,
  org TEXT NOT NULL,
  seq INTEGER NOT NULL,
  idkey INTEGER NOT NULL,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT,
  time INTEGER NOT NULL,
  correlationid TEXT NOT NULL,
  verdict TEXT,
  envelope TEXT NOT NULL,
  data TEXT,
  decision TEXT,
  chain BLOB NOT NULL
);
CREATE UNIQUE INDEX records_by_seq ON records (org, seq);
-- Ids come in no order, so this index is touched all over: it holds a short hash (idKey in chain.ts) instead of the texts.
-- The writer looks into it before each record, which makes organization, source and id unique.
CREATE INDEX records_by_id ON records (idkey);
-- What started a correlation has its id for its own: that one is found by id, at no cost here.
CREATE INDEX records_by_correlation ON records (correlationid) WHERE correlationid <> id;

-- Who may write, and how far an organization had come at some time: never ahead of its records.
CREATE TABLE heads (org TEXT PRIMARY KEY, seq INTEGER NOT NULL, chain BLOB NOT NULL, epoch INTEGER NOT NULL) WITHOUT ROWID;
-- Only for a faster start: one whose seal (sealOf in chain.ts) does not fit is left aside, and the records are folded.
CREATE TABLE snapshots (
  org TEXT PRIMARY KEY, position INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, seal BLOB NOT NULL
);
CREATE TABLE sources (hash TEXT PRIMARY KEY, text TEXT NOT NULL);
`

/** The tables of the read models; `suffix` tells those that a rebuild is making from those in use. */
export const readTables = (suffix: string): string => `
CREATE TABLE read_rows${suffix} (
  model TEXT NOT NULL, id TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (model, id)
);
CREATE TABLE read_keys${suffix} (
  model TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (model, key, state, place)
) WITHOUT ROWID;
`

/**
 * Makes the tables where there are none.
 * @throws where the file belongs to a newer version, or to somebody else.
 */
export const migrate = (connection: Connection): void => {
  const version = numberOf(connection, "PRAGMA user_version")
  if (version === SCHEMA_VERSION && numberOf(connection, "PRAGMA application_id") === APPLICATION_ID) return
  if (version > SCHEMA_VERSION)
    throw new Error(
      `the file has format ${version} and this version of Charter knows formats up to ${SCHEMA_VERSION}: use the version that wrote it, or a later one`,
    )
  connection.exec("BEGIN EXCLUSIVE")
  try {
    // Another process may have made them while this one waited for the lock.
    if (numberOf(connection, "PRAGMA user_version") !== SCHEMA_VERSION) {
      if (numberOf(connection, "SELECT count(*) FROM sqlite_schema") > 0)
        throw new Error("the file is a database of another program")
      connection.exec(TABLES + readTables(""))
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
      connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    }
    connection.exec("COMMIT")
  } catch (error) {
    try {
      connection.exec("ROLLBACK")
    } catch {
      // A full disk has ended the transaction already, and that is what is to be told.
    }
    throw error
  }
}

const numberOf = (connection: Connection, sql: string): number => connection.prepare<[number]>(sql).get([])![0]

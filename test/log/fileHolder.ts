/** Locks the database that it is given against every other writer, says so, and holds on until it is killed. */
import Database from "libsql"

const database = new Database(process.argv[2]!)
database.exec("BEGIN IMMEDIATE")
console.log("held")
setInterval(() => database.inTransaction, 1_000)

/** Takes the data folder that it is given, prints the outcome, and holds on until it is killed. */
import { Effect } from "effect"
import { acquireDataFolder } from "../../src/log/local/lock.ts"

const [folder, port] = process.argv.slice(2)
const keepAlive = setInterval(() => {}, 1_000)
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const held = yield* acquireDataFolder(folder!)
      yield* held.announce(Number(port))
      console.log("held")
      return yield* Effect.never
    }).pipe(Effect.catch((error) => Effect.sync(() => console.log(error.message)))),
  ),
)
clearInterval(keepAlive)

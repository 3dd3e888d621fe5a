/**
 * Installs what package-lock.json asks for, unless it is there already; `scripts/run` calls it before every program.
 * Plain JavaScript for whatever Node the machine has (18 or later): nothing of this repository is installed yet.
 *
 * Says nothing and needs no network when all is in place. Writes to stderr alone, so that a program's output can be
 * piped. Exits 1 with a sentence that says what to do.
 */
import { spawn } from "node:child_process"
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { constants } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const BINARIES = join(ROOT, "node_modules", ".bin")
/** npm's own record of what is in node_modules; npm writes it last. */
const INSTALLED = join(ROOT, "node_modules", ".package-lock.json")
/** Brings the Node that everything here runs under. */
const NODE_PACKAGE = "node_modules/node"
/** Holds the ids of the processes that are installing, while they are. */
const LOCK = join(ROOT, ".install.lock")
const POLL_MILLIS = 200
const PROGRESS_MILLIS = 10_000

if (!isCurrent()) await installAlone()
if (!existsSync(join(BINARIES, "node"))) {
  // What npm could not fetch of an optional package is left out, and npm calls that a success.
  if (!existsSync(join(ROOT, NODE_PACKAGE)))
    fail(
      "Node 24 is missing, without which nothing here runs: npm could not fetch the package `node`, and went on without it.",
      "It needs npm's registry, also for the package `node-PLATFORM-PROCESSOR` that the program itself is in.",
      "Run the command again once the registry can be reached. This shows what npm says:",
      "  npm ci --foreground-scripts --loglevel=http",
    )
  fail(
    "Node 24 is missing from node_modules, because npm was told not to run install scripts (ignore-scripts).",
    "Allow the one script that puts it there, then run the command again:",
    "  npm rebuild node --ignore-scripts=false",
  )
}

/**
 * Does node_modules hold every package of the lock file, in its version? Optional ones may be missing, Node among them
 * only right after an installation: the next one may be luckier.
 */
function isCurrent({ installed = false } = {}) {
  if (!existsSync(INSTALLED)) return false
  const present = packagesOf(INSTALLED)
  return Object.entries(packagesOf(join(ROOT, "package-lock.json"))).every(([place, wanted]) => {
    if (place === "") return true
    const found = present[place]
    if (found === undefined) return wanted.optional === true && (place !== NODE_PACKAGE || installed)
    // An entry for another machine's platform may lack a checksum.
    return found.version === wanted.version && (wanted.integrity ?? found.integrity) === found.integrity
  })
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages
  } catch (error) {
    if (lockFile === INSTALLED) return {}
    return fail(`${lockFile} cannot be read: ${error.message}`)
  }
}

/** One installation at a time in this folder: whoever comes second waits, and finds the work done. */
async function installAlone() {
  for (let tries = 1; !takeLock(); tries += 1) {
    const holders = lockHolders()
    if (holders !== undefined && !holders.some(isAlive)) breakLock(holders)
    if (tries === 2) say(`waiting for another installation in this folder (if there is none, delete ${LOCK})`)
    await sleep(POLL_MILLIS)
  }
  const release = () => rmSync(LOCK, { force: true })
  process.once("exit", release)
  if (!isCurrent()) await install()
  release()
  process.off("exit", release)
}

async function install() {
  const count = Object.values(packagesOf(join(ROOT, "package-lock.json"))).filter((each) => !each.optional).length - 1
  say(`installing ${count} packages and Node 24 into node_modules (once; about a minute)`)
  // A removal that is interrupted may leave npm's record behind without the packages it speaks of.
  rmSync(INSTALLED, { force: true })
  // npm must not run on the Node that it is about to replace.
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== BINARIES)
  const npm = spawn(
    "npm",
    ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--no-audit", "--no-fund"],
    {
      cwd: ROOT,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ["ignore", 2, 2],
    },
  )
  // npm goes on where this process is killed: it is a holder too.
  if (npm.pid !== undefined) writeFileSync(LOCK, `${process.pid} ${npm.pid}`)

  const started = Date.now()
  // On a terminal npm shows that it is alive.
  const progress = setInterval(
    () => process.stderr.isTTY || say(`still installing (${seconds(started)} s)`),
    PROGRESS_MILLIS,
  )
  let signalled
  const onSignal = (signal) => {
    signalled = signal
    npm.kill(signal)
  }
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
  for (const signal of signals) process.on(signal, onSignal)
  const code = await new Promise((resolve) => {
    npm.once("error", (error) =>
      fail(`npm could not be started (${error.message}): it comes with Node, see nodejs.org.`),
    )
    npm.once("close", resolve)
  })
  clearInterval(progress)
  for (const signal of signals) process.off(signal, onSignal)

  if (signalled !== undefined) process.exit(128 + constants.signals[signalled])
  if (code !== 0)
    fail(`the installation failed: npm's own message is above. Nothing was started; run the command again.`)
  if (!isCurrent({ installed: true }))
    fail("npm left out packages of package-lock.json: is `omit` set in an .npmrc or the environment?")
  if (existsSync(join(BINARIES, "node"))) say(`installed in ${seconds(started)} s`)
}

function takeLock() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    return fail(`this folder cannot be written to: ${error.message}`)
  }
}

/** Undefined while there is no lock, or its holder is just writing it. */
function lockHolders() {
  try {
    const text = readFileSync(LOCK, "utf8")
    return text === "" ? undefined : text.split(" ").map(Number)
  } catch {
    return undefined
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

/** Takes away the lock of dead holders. Several may try: the second name goes to one of them, and pins what it names. */
function breakLock(holders) {
  const pinned = `${LOCK}.${holders.join("-")}`
  try {
    linkSync(LOCK, pinned)
  } catch {
    return
  }
  if (readFileSync(pinned, "utf8") === holders.join(" ")) rmSync(LOCK)
  rmSync(pinned)
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000)
}

function say(line) {
  process.stderr.write(`charter: ${line}\n`)
}

function fail(...lines) {
  for (const line of lines) say(line)
  process.exit(1)
}

/** A daemon inside this process: the same rules, log and service as `charter up`, without a process or a port of its own. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, normalize, resolve } from "node:path"
import { Context, Deferred, Effect, Exit, Scope } from "effect"
import { startDaemon, startInside } from "../daemon.ts"
import type { Identity } from "../service/identity.ts"
import { Service } from "../service/Service.ts"
import { identityOf } from "../service/tokens.ts"
import { isWorkspace } from "../discovery/folders.ts"
import { FOLDERS, isSourceName } from "../workspace/scan.ts"
import { CharterError } from "./CharterError.ts"
import { readOpenOptions } from "./input.ts"
import { Member } from "./Member.ts"
import { operationsOf, run } from "./operations.ts"
import type { OpenOptions } from "./types.ts"

const DEFAULT_HOST = "127.0.0.1"
const DEFAULT_PORT = 5099

/** Acts as the operator; {@link Charter.as} gives everybody else. */
export class Charter extends Member implements AsyncDisposable {
  /** Where the doors are, where they are open. */
  readonly url: string | undefined
  /** The operator's token at the doors, where they are open. */
  readonly token: string | undefined
  readonly #member: (identity: Identity) => Member
  readonly #close: () => Promise<void>
  #closed: Promise<void> | undefined

  private constructor(
    member: (identity: Identity) => ReturnType<typeof operationsOf>,
    close: () => Promise<void>,
    doors: { readonly url: string; readonly token: string } | undefined,
  ) {
    super(member(OPERATOR))
    this.url = doors?.url
    this.token = doors?.token
    this.#member = (identity) => new Member(member(identity))
    this.#close = close
  }

  /**
   * Opens a daemon; it takes events when this resolves. Rejects with a `CharterError` where the rules have errors
   * (`details.diagnostics`), or where another daemon has the data folder.
   */
  static async open(given: OpenOptions): Promise<Charter> {
    const options = readOpenOptions(given)
    if ((options.workspace === undefined) === (options.files === undefined))
      throw new CharterError("invalid-options", "say either `workspace`, a folder, or `files`.")
    // Without its folders there would be no rules, and everything would be allowed.
    if (options.workspace !== undefined && !isWorkspace(options.workspace))
      throw new CharterError(
        "workspace-unknown",
        isFolder(options.workspace)
          ? `${options.workspace} has neither contracts/ nor organizations/; name a folder that has.`
          : `there is no folder ${options.workspace}.`,
      )
    const root = mkdtempSync(join(tmpdir(), "charter-"))
    const scope = Scope.makeUnsafe()
    const closing = Deferred.makeUnsafe<void>()
    const close = async (): Promise<void> => {
      Deferred.doneUnsafe(closing, Effect.void)
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(root, { recursive: true, force: true })
    }
    try {
      const folders = {
        workspace: options.workspace ?? writeFiles(join(root, "workspace"), options.files ?? {}),
        // As it is now: a program may go to another folder later.
        data: resolve(options.data ?? join(root, "data")),
        ephemeral: options.data === undefined,
        environment: { CHARTER_LOG_LEVEL: "warn", ...options.environment },
      }
      const { context, doors } = await run(Scope.provide(start(folders, options.listen), scope))
      const service = Context.get(context, Service)
      return new Charter((identity) => operationsOf(service, identity, closing), close, doors)
    } catch (error) {
      await close()
      throw error
    }
  }

  /** A member, as tokens name him: `@dana` is a human, `coder@team` an agent of the organization `@team`. */
  as(identity: string): Member {
    const [, human, agent] = /^(?:@([^@\s]+)|([^@\s]+@[^@\s]+))$/.exec(identity) ?? []
    if (human === undefined && agent === undefined)
      throw new CharterError(
        "invalid-identity",
        `${JSON.stringify(identity)} is neither "@NAME", a human, nor "NAME@ORG", an agent.`,
      )
    const kind = human === undefined ? "agent" : "human"
    const { tokenId, ...named } = identityOf({ id: `library-${identity}`, identity, kind, created: "" })
    return this.#member({ ...named, source: `library/${identity}`, tokenId })
  }

  /**
   * Gives runs a moment to end, and closes the log. Who follows sees the end, who waits for a hold is told how it is,
   * and whoever asks from then on gets the error `closed`. Any number of calls is one.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

interface Started {
  readonly context: Context.Context<Service>
  readonly doors: { readonly url: string; readonly token: string } | undefined
}

const start = (
  folders: Parameters<typeof startInside>[0],
  listen: ReturnType<typeof readOpenOptions>["listen"],
): Effect.Effect<Started, unknown, Scope.Scope> =>
  listen === undefined
    ? Effect.map(startInside(folders), ({ context }) => ({ context, doors: undefined }))
    : Effect.map(
        startDaemon({ ...folders, host: listen.host ?? DEFAULT_HOST, port: listen.port ?? DEFAULT_PORT }),
        ({ context, url, operatorToken }) => ({
          context,
          doors: { url, token: operatorToken },
        }),
      )

const OPERATOR: Identity = { kind: "operator", name: "operator", source: "operator", tokenId: "operator" }

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const writeFiles = (folder: string, files: Readonly<Record<string, string>>): string => {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file)
    if (!path.startsWith(join(folder, "/")))
      throw new CharterError("invalid-options", `${file} leads out of the workspace.`)
    if (isRule(text) && !isRead(file))
      throw new CharterError(
        "invalid-options",
        `nobody would read ${file}: rules are files below ${FOLDERS.map((name) => `${name}/`).join(" and ")} that end in .yaml.`,
      )
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    } catch (error) {
      throw new CharterError("invalid-options", `${file} cannot be a file of a workspace: ${(error as Error).message}.`)
    }
  }
  return folder
}

/** Rules that are left out without a word would allow what they forbid; other files are what runs need. */
const isRule = (text: string): boolean =>
  /^\s*(?:contract|organization):/.test(text.split("\n").find((line) => !/^\s*(?:#|---|$)/.test(line)) ?? "")

const isRead = (file: string): boolean => {
  const parts = normalize(file).split("/")
  return (
    FOLDERS.some((folder) => folder === parts[0]) &&
    isSourceName(parts.at(-1)!) &&
    !parts.some((part) => part.startsWith("."))
  )
}
